import type { AttemptFailure, Milliseconds, Outcome } from '../ports.js'
import { Durations } from './durations.js'

/** What the attempts at one endpoint came to, over all clients that were ever connected to it. */
export class EndpointTally {
  /** Of those that say something of the server: answered, or failed by its fault. */
  readonly durations: Durations = new Durations()
  /** By the code of their error. */
  readonly failures: Map<string, number> = new Map()
  /** Answered with a result. */
  ok = 0
  /** Given up, or answered with an error: no fault of the server, and no evidence. */
  ignored = 0

  ended(outcome: Outcome, failure: AttemptFailure | undefined, elapsed: Milliseconds): void {
    if (outcome === 'ignored') {
      this.ignored++
      return
    }
    this.durations.add(elapsed)
    if (outcome === 'ok') this.ok++
    else {
      const code = failure?.code ?? 'CONNECTION_LOST'
      this.failures.set(code, (this.failures.get(code) ?? 0) + 1)
    }
  }
}
