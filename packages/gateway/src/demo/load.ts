import { randomUUID } from 'node:crypto'
import { type MCPClientPool, PoolError } from 'mcp-client-pool'
import type { Ledger } from './ledger.js'
import { LOOK_UP, PLACE } from './tools.js'

/** Calls that have ended, by what became of them. */
export interface LoadCounts {
  safe: number
  safeFailed: number
  unsafe: number
  /** Failed, and said that they may have run. */
  unsafeUnknown: number
  /** Failed, and said that they did not run. */
  unsafeNotRun: number
  /** Said that they did not run, and the servers say that they did. */
  unsafeMisreported: number
}

const UNSAFE_SHARE = 0.25

/**
 * A steady load: calls start at their times however slow the answers are, as the calls of independent users do. (A load
 * that waits for answers goes quiet exactly while a server is stopped, and then measures nothing.)
 */
export class Load {
  readonly counts: LoadCounts = { safe: 0, safeFailed: 0, unsafe: 0, unsafeUnknown: 0, unsafeNotRun: 0, unsafeMisreported: 0 }
  readonly #pool: MCPClientPool
  readonly #ledger: Ledger
  readonly #onFailure: (what: string) => void
  readonly #open = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(pool: MCPClientPool, ledger: Ledger, onFailure: (what: string) => void) {
    this.#pool = pool
    this.#ledger = ledger
    this.#onFailure = onFailure
  }

  /** `rate`: calls a second. */
  start(rate: number): void {
    const startedAt = performance.now()
    let started = 0
    this.#timer = setInterval(
      () => {
        const due = Math.floor(((performance.now() - startedAt) / 1_000) * rate)
        for (; started < due; started++) this.#track(Math.random() < UNSAFE_SHARE ? this.#place() : this.#lookUp())
      },
      Math.max(5, 1_000 / rate),
    )
  }

  /** Starts no more calls, and resolves when those under way have ended: every one does, by the pool's timeouts. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#open)
  }

  #track(call: Promise<void>): void {
    this.#open.add(call)
    void call.finally(() => this.#open.delete(call))
  }

  async #lookUp(): Promise<void> {
    try {
      await this.#pool.callTool({ name: LOOK_UP, arguments: { order: String(1_000 + Math.floor(Math.random() * 9_000)) } })
    } catch (error) {
      this.counts.safeFailed++
      this.#onFailure(`safe call failed (${messageOf(error)})`)
    }
    this.counts.safe++
  }

  async #place(): Promise<void> {
    const order = randomUUID()
    try {
      await this.#pool.callTool({ name: PLACE, arguments: { order } })
    } catch (error) {
      if (error instanceof PoolError && error.retryable) {
        this.counts.unsafeNotRun++
        if (this.#ledger.count(order) > 0) this.counts.unsafeMisreported++
        this.#onFailure(`unsafe call failed, and did not run (${messageOf(error)})`)
      } else {
        this.counts.unsafeUnknown++
        this.#onFailure(`unsafe call failed, may have run, is not repeated (${messageOf(error)})`)
      }
    }
    this.counts.unsafe++
  }
}

function messageOf(error: unknown): string {
  return error instanceof PoolError ? `${error.code}` : String(error)
}
