import type { AttemptFailure, Milliseconds, Outcome } from '../ports.js'
import { DurationBuckets } from './duration-buckets.js'

/** What attempts came to: those of a pool, or those at one endpoint, over all clients that were ever connected to it. */
export class AttemptTally {
  /** By the code of their error. */
  readonly failures: Map<string, number> = new Map()
  /** Answered with a result. */
  ok = 0
  /** By the fault of their server. */
  failed = 0
  /** Given up, or answered with an error: no fault of the server, and no evidence. */
  ignored = 0

  get all(): number {
    return this.ok + this.failed + this.ignored
  }

  ended(outcome: Outcome, failure: AttemptFailure | undefined): void {
    this[outcome]++
    if (outcome !== 'failed') return
    const code = failure?.code ?? 'CONNECTION_LOST'
    this.failures.set(code, (this.failures.get(code) ?? 0) + 1)
  }
}

/** At one endpoint. */
export class EndpointTally extends AttemptTally {
  /** Of those that say something of the server. */
  readonly durations: DurationBuckets = new DurationBuckets()

  took(outcome: Outcome, elapsed: Milliseconds): void {
    if (outcome !== 'ignored') this.durations.add(elapsed)
  }
}
