import type { Milliseconds } from '../../ports.js'
import type { Workload } from './workload.js'

const NOT_YET = 0
const ANSWERED = 1
const FAILED = 2

/** What a call came to that was answered with an error. */
export const ERROR_ANSWERED = 'answered with an error'

/** What became of each call of a run, in plain arrays: there are millions. */
export class Tally {
  readonly workload: Workload
  /** From arrival to the end; of failed calls too. */
  readonly latency: Float64Array
  /** Of answered calls: from arrival until the attempt that was answered began to be worked on. */
  readonly waited: Float64Array
  /** Who answered it, or was tried last; -1: nobody. */
  readonly replica: Int16Array
  readonly attempts: Uint8Array
  readonly executions: Uint8Array
  readonly #state: Uint8Array
  /** Attempts that are under way. */
  readonly #open: Uint8Array
  /** Failed calls by what they failed with. */
  readonly codes: Map<string, number> = new Map()
  settled = 0
  failed = 0
  retries = 0
  hedges = 0

  constructor(workload: Workload) {
    const { size } = workload
    this.workload = workload
    this.latency = new Float64Array(size)
    this.waited = new Float64Array(size)
    this.replica = new Int16Array(size).fill(-1)
    this.attempts = new Uint8Array(size)
    this.executions = new Uint8Array(size)
    this.#state = new Uint8Array(size)
    this.#open = new Uint8Array(size)
  }

  /** Returns the number of the attempt among those of its call. One that starts while another is under way is a hedge, else a retry. */
  attempted(call: number, replica: number): number {
    const nth = ++this.attempts[call]!
    if (nth > 1) {
      if (this.#open[call]! > 0) this.hedges++
      else this.retries++
    }
    this.#open[call]!++
    this.replica[call] = replica
    return nth
  }

  attemptEnded(call: number): void {
    this.#open[call]!--
  }

  /** A replica began to work on it. */
  executed(call: number): void {
    this.executions[call]!++
  }

  answeredBy(call: number, replica: number, startedAt: Milliseconds): void {
    this.replica[call] = replica
    this.waited[call] = startedAt - this.workload.at[call]!
  }

  answered(call: number, now: Milliseconds): void {
    this.#settle(call, ANSWERED, now)
  }

  failedWith(call: number, code: string, now: Milliseconds): void {
    this.#settle(call, FAILED, now)
    this.failed++
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
  }

  isAnswered(call: number): boolean {
    return this.#state[call] === ANSWERED
  }

  isSettled(call: number): boolean {
    return this.#state[call] !== NOT_YET
  }

  #settle(call: number, state: number, now: Milliseconds): void {
    if (this.#state[call] !== NOT_YET) throw new Error(`call ${call} was settled twice`)
    this.#state[call] = state
    this.latency[call] = now - this.workload.at[call]!
    this.settled++
  }
}
