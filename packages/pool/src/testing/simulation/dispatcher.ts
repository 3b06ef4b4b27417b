import type { Milliseconds, Random, Timers } from '../../ports.js'
import type { Fleet } from './fleet.js'
import type { Scenario } from './scenario.js'
import type { Tally } from './tally.js'

/** Who decides where calls go: a pool, or what it is compared with. */
export interface Dispatcher {
  start(call: number, now: Milliseconds): void
  /** Calls that it still has something to do with, for the check that nothing is left behind. */
  readonly underWay: number
  /** All is over: it leaves no alarm behind. */
  stop(): void
}

/** One run: everything that a dispatcher works with. */
export interface World {
  readonly scenario: Scenario
  readonly seed: number
  readonly timers: Timers
  readonly fleet: Fleet
  readonly tally: Tally
  /** Chance of its own for each use. */
  random(use: number, index?: number): Random
}
