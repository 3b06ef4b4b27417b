import type { PoolClient, ResolvedEndpoint } from '../config/index.js'
import { sameEndpoint } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { PoolEvents } from '../events.js'
import type { EndpointChanges } from '../fleet/index.js'
import { Alarm, type Milliseconds, type Resolver, type ResolverListener, type Timers } from '../ports.js'
import { Belief } from './belief.js'
import { Entries } from './entries.js'
import { FirstAnswer } from './first-answer.js'
import type { DiscoveryStatistics } from './statistics.js'

/** Answers that come faster are one. Short against what people notice, and 20 answers a second are read at most. */
const TOGETHER: Milliseconds = 50

export interface DiscoveryParts {
  readonly resolver: Resolver
  /** What the source is called. */
  readonly source: string
  /** Endpoints that are there without being found. */
  readonly listed: readonly ResolvedEndpoint[]
  /** What found endpoints have of the pool. */
  readonly client: PoolClient
  readonly timers: Timers
  readonly emit: <Name extends keyof PoolEvents>(name: Name, ...args: PoolEvents[Name]) => void
  readonly onChanges: (changes: EndpointChanges) => void
}

/**
 * The endpoints that a source says there are, for as long as the pool lives.
 *
 *     Resolver ─▶ at most 20 a second ─▶ Entries: read, what is wrong left out ─▶ Belief: what is gone only after a while ─▶ the fleet
 *
 * Only differences leave it, and nothing that the source does throws.
 */
export class Discovery extends Alarm implements ResolverListener {
  readonly #parts: DiscoveryParts
  readonly #entries: Entries
  readonly #belief: Belief
  /** What the fleet was told of. */
  readonly #told = new Map<string, ResolvedEndpoint>()
  readonly #first: FirstAnswer
  #watching = false
  #closed: Promise<void> | undefined
  /** An answer that is to be read when its time comes. */
  #unread: readonly unknown[] | undefined
  #readAt: Milliseconds = Number.NEGATIVE_INFINITY
  #answeredAt: Milliseconds | undefined
  #failingSince: Milliseconds | undefined
  #lastError: string | undefined
  #changes = 0

  constructor(parts: DiscoveryParts) {
    super()
    const { listed, client, timers } = parts
    this.#parts = parts
    this.#entries = new Entries(client, new Set(listed.map(({ id }) => id)))
    this.#belief = new Belief(timers, (ids) => this.#apply([], ids))
    this.#first = new FirstAnswer(
      timers,
      () => this.#verdict,
      () => new Error(this.#answeredAt === undefined ? 'there was no answer in time' : 'there are none'),
    )
  }

  /**
   * Watches from now on, and resolves when endpoints are known. Where none is, and the source fails, has none that can be used, or
   * says nothing for `timeout`, it rejects with `NO_HEALTHY_CLIENTS`, and goes on watching: it may be called again.
   */
  async start(timeout: Milliseconds): Promise<void> {
    const { resolver, source, listed } = this.#parts
    if (!this.#watching) {
      this.#watching = true
      try {
        resolver.watch(this)
      } catch (error) {
        this.onError(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const why = await this.#first.within(timeout)
    if (why === undefined || listed.length + this.#told.size > 0) return
    throw new PoolError('NO_HEALTHY_CLIENTS', `no endpoint was found (${source}): ${why.message}`, { cause: why })
  }

  /** Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  get statistics(): DiscoveryStatistics {
    const now = this.#parts.timers.now()
    const since = (time: Milliseconds | undefined): Milliseconds | undefined => (time === undefined ? undefined : now - time)
    return {
      source: this.#parts.source,
      endpoints: this.#told.size,
      missing: this.#belief.missing,
      age: since(this.#answeredAt),
      failingFor: since(this.#failingSince),
      lastError: this.#lastError,
      rejected: this.#entries.rejected,
      reasons: this.#entries.reasons,
      changes: this.#changes,
    }
  }

  onFound(endpoints: readonly unknown[]): void {
    if (this.#closed !== undefined) return
    if (!Array.isArray(endpoints)) return this.onError(new Error('the resolver found something that is no list of endpoints'))
    const { source, timers, emit } = this.#parts
    const now = timers.now()
    this.#answeredAt = now
    if (this.#failingSince !== undefined) {
      this.#failingSince = undefined
      emit('discovery:recovered', { source })
    }
    const waiting = this.#unread !== undefined
    this.#unread = endpoints
    if (now >= this.#readAt + TOGETHER) this.fire(now)
    else if (!waiting) timers.set(this, this.#readAt + TOGETHER - now, now)
  }

  onError(error: Error): void {
    if (this.#closed !== undefined) return
    const { source, timers, emit } = this.#parts
    this.#lastError = error.message
    this.#belief.failed()
    if (this.#failingSince === undefined) {
      this.#failingSince = timers.now()
      emit('discovery:failed', { source, error })
    }
    this.#first.look()
  }

  /** Reads the latest answer. */
  override fire(now: Milliseconds): void {
    const given = this.#unread
    if (given === undefined) return
    this.#unread = undefined
    this.#readAt = now
    const { found, vanished } = this.#entries.answered(given)
    this.#belief.answered(
      found.map(({ id }) => id),
      vanished,
    )
    this.#apply(found, [])
    this.#first.look()
  }

  /** Why there is nothing to start with; undefined where there is. `'wait'`: nothing is known yet. */
  get #verdict(): Error | 'wait' | undefined {
    if (this.#told.size > 0) return undefined
    if (this.#failingSince !== undefined) return new Error(this.#lastError)
    if (this.#answeredAt === undefined || this.#unread !== undefined) return 'wait'
    if (this.#parts.listed.length > 0) return undefined
    const { rejected, reasons } = this.#entries
    return rejected === 0 ? 'wait' : new Error(`none of ${rejected} entries can be used: ${reasons[0]}`)
  }

  /** One that vanished and is back before it was believed to be gone is no change. */
  #apply(found: readonly ResolvedEndpoint[], gone: readonly string[]): void {
    const { source, listed, emit, onChanges } = this.#parts
    const told = this.#told
    const news = found.filter((endpoint) => !isKnown(told.get(endpoint.id), endpoint))
    if (news.length === 0 && gone.length === 0) return
    const added = news.filter(({ id }) => !told.has(id))
    const removed = gone.map((id) => told.get(id)!)
    for (const endpoint of news) told.set(endpoint.id, endpoint)
    for (const id of gone) told.delete(id)
    this.#changes++
    onChanges({ found: news, gone })
    for (const { id, label } of added) emit('endpoint:added', { endpointId: id, endpoint: label })
    for (const { id, label } of removed) emit('endpoint:removed', { endpointId: id, endpoint: label })
    const total = listed.length + told.size
    emit('discovery:changed', { source, added: added.length, removed: gone.length, changed: news.length - added.length, total })
  }

  async #close(): Promise<void> {
    const { resolver, timers } = this.#parts
    timers.clear(this)
    this.#belief.stop()
    this.#first.stop()
    try {
      await resolver.close()
    } catch {
      // It is somebody else's, and must not.
    }
  }
}

function isKnown(known: ResolvedEndpoint | undefined, endpoint: ResolvedEndpoint): boolean {
  return known !== undefined && sameEndpoint(known, endpoint)
}
