import type { Milliseconds, Timers } from '../ports.js'
import { Spell } from './spell.js'

/** Why a call had to leave the queue. */
export type SentAway = 'QUEUE_TIMEOUT' | 'QUEUE_FULL'

/** What befalls calls in numbers, by its beginning and its end: name and payload of the pool's events. */
export type BadTime =
  | ['overload:entered', { code: SentAway; waiting: number }]
  | ['overload:left', { shed: number; timedOut: number; duration: Milliseconds }]
  | ['retry-budget:exhausted']
  | ['retry-budget:restored', { refused: number; duration: Milliseconds }]

export interface BadTimesPorts {
  readonly timers: Timers
  /** Calls that were sent away since the pool was made. */
  readonly counts: { readonly shed: number; readonly timedOut: number }
  readonly tell: (event: BadTime) => void
}

/** Tells when calls begin to be sent away from the queue, and when failed attempts begin not to be repeated; and when that is over. */
export class BadTimes {
  readonly #counts: BadTimesPorts['counts']
  readonly #tell: BadTimesPorts['tell']
  readonly #overload: Spell
  readonly #exhaustion: Spell
  /** Before the present overload. */
  #shed = 0
  #timedOut = 0
  #refused = 0

  constructor({ timers, counts, tell }: BadTimesPorts) {
    this.#counts = counts
    this.#tell = tell
    this.#overload = new Spell(timers, (duration) => this.#overloadIsOver(duration))
    this.#exhaustion = new Spell(timers, (duration) => {
      tell(['retry-budget:restored', { refused: this.#refused, duration }])
      this.#refused = 0
    })
  }

  /** A call was sent away, and is counted; `waiting` others are in the queue. */
  sentAway(code: SentAway, waiting: number, now: Milliseconds): void {
    if (this.#overload.happened(now)) this.#tell(['overload:entered', { code, waiting }])
  }

  /** A failed attempt was not repeated, for the budget is spent. */
  refused(now: Milliseconds): void {
    this.#refused++
    if (this.#exhaustion.happened(now)) this.#tell(['retry-budget:exhausted'])
  }

  /** Nobody is told any more. */
  stop(): void {
    this.#overload.stop()
    this.#exhaustion.stop()
  }

  #overloadIsOver(duration: Milliseconds): void {
    const { shed, timedOut } = this.#counts
    this.#tell(['overload:left', { shed: shed - this.#shed, timedOut: timedOut - this.#timedOut, duration }])
    this.#shed = shed
    this.#timedOut = timedOut
  }
}
