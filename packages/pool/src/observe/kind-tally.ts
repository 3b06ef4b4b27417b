import type { CallEnd } from '../call/index.js'
import type { PoolErrorCode } from '../errors.js'
import type { CallKind, Milliseconds } from '../ports.js'
import { Durations } from './durations.js'

/** What people call it: the tool, or the method; `*` for what shares a kind. */
export function nameOf({ method, tool }: CallKind): string {
  return method === 'tools/call' ? (tool ?? '*') : method
}

/** What the calls of one kind came to, since the pool was made. */
export class KindTally {
  readonly kind: CallKind
  /** Of all calls, also of those that failed: a caller waits as long for a timeout as for an answer. */
  readonly durations: Durations = new Durations()
  /** Calls without an answer, by the code of their error. */
  readonly failures: Map<PoolErrorCode, number> = new Map<PoolErrorCode, number>()
  #failed = 0
  /** Answers that are errors of the protocol. */
  errors = 0
  /** Results that a tool marked as errors. */
  toolErrors = 0

  constructor(kind: CallKind) {
    this.kind = kind
  }

  get failed(): number {
    return this.#failed
  }

  ended(end: CallEnd, elapsed: Milliseconds): void {
    this.durations.add(elapsed)
    if (end === 'result') return
    if (end === 'tool-error') this.toolErrors++
    else if (end === 'error') this.errors++
    else this.#fail(end)
  }

  /** Counts those of another as well. */
  absorb(other: KindTally): void {
    this.durations.absorb(other.durations)
    this.errors += other.errors
    this.toolErrors += other.toolErrors
    for (const [code, count] of other.failures) this.#fail(code, count)
  }

  #fail(code: PoolErrorCode, count = 1): void {
    this.#failed += count
    this.failures.set(code, (this.failures.get(code) ?? 0) + count)
  }
}
