import { Alarm, type Milliseconds } from '../../ports.js'
import { seededRandom } from '../seeded-random.js'
import { VirtualTime } from '../virtual-time.js'
import { subSeed } from './chance.js'
import type { Dispatcher, World } from './dispatcher.js'
import { Fleet } from './fleet.js'
import { dispatcherFor } from './policies.js'
import type { Scenario } from './scenario.js'
import { Tally } from './tally.js'
import { type Workload, workloadOf } from './workload.js'

/** After the last arrival everything must have ended by then: whatever is longer is a call that was forgotten. */
const PATIENCE: Milliseconds = 1e10

/**
 * One run: the calls of `seed` on the fleet of `scenario`, and `policy` decides. The same arguments give the same result to the last bit, on every
 * machine; two policies meet the same calls and the same luck.
 */
export function simulate(scenario: Scenario, policy: string, seed: number, workload: Workload = workloadOf(scenario, seed)): Tally {
  const timers = new VirtualTime()
  const tally = new Tally(workload)
  const fleet = new Fleet(scenario, timers, seed, tally)
  const world: World = { scenario, seed, timers, fleet, tally, random: (use, index = 0) => seededRandom(subSeed(seed, use, index)) }
  const dispatcher = dispatcherFor(policy, world)
  const end = workload.at.at(-1) ?? 0
  if (scenario.restarts !== undefined) fleet.restart(scenario.restarts, end)
  new Arrivals(workload, dispatcher, timers).next(0)
  timers.advance(end)
  for (let patience = 1_000; tally.settled < workload.size && patience < PATIENCE; patience *= 2) timers.advance(patience)
  if (tally.settled < workload.size) throw new Error(`${workload.size - tally.settled} of ${workload.size} calls never ended (${policy}, seed ${seed})`)
  if (dispatcher.underWay !== 0) throw new Error(`${dispatcher.underWay} attempts are counted as outstanding when all is over (${policy}, seed ${seed})`)
  dispatcher.stop()
  // What is left is work that servers finish though nobody waits for it, and restarts under way.
  timers.advance(PATIENCE)
  if (timers.pending > 0) throw new Error(`${timers.pending} alarms are set when all is over (${policy}, seed ${seed})`)
  return tally
}

/** Rings at each arrival, and sets itself for the next. */
class Arrivals extends Alarm {
  readonly #workload: Workload
  readonly #dispatcher: Dispatcher
  readonly #timers: VirtualTime
  #call = 0

  constructor(workload: Workload, dispatcher: Dispatcher, timers: VirtualTime) {
    super()
    this.#workload = workload
    this.#dispatcher = dispatcher
    this.#timers = timers
  }

  next(now: Milliseconds): void {
    if (this.#call < this.#workload.size) this.#timers.set(this, this.#workload.at[this.#call]! - now)
  }

  override fire(now: Milliseconds): void {
    const call = this.#call++
    this.next(now)
    this.#dispatcher.start(call, now)
  }
}
