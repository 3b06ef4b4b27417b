import { Alarm, type Milliseconds, type Timers } from '../../ports.js'
import { Replica } from './replica.js'
import type { Restarts, Scenario } from './scenario.js'
import type { Tally } from './tally.js'

/** Who sends calls to the fleet, and hears who is there. */
export interface FleetWatcher {
  /** Nothing new is to be sent to it. */
  onGone(replica: Replica, now: Milliseconds): void
  /** It is there again, as another process. */
  onBack(replica: Replica, now: Milliseconds): void
}

/** The replicas of one run, and their restarts. */
export class Fleet {
  readonly replicas: readonly Replica[]
  readonly #timers: Timers
  readonly #watchers: FleetWatcher[] = []

  constructor(scenario: Scenario, timers: Timers, seed: number, tally: Tally) {
    this.#timers = timers
    const groups = scenario.replicas.flatMap((group) => Array.from({ length: group.count }, () => group))
    this.replicas = groups.map((group, index) => new Replica(index, group, timers, seed, tally))
  }

  watch(watcher: FleetWatcher): void {
    this.#watchers.push(watcher)
  }

  gone(replica: Replica, now: Milliseconds): void {
    for (const watcher of this.#watchers) watcher.onGone(replica, now)
  }

  back(replica: Replica, now: Milliseconds): void {
    for (const watcher of this.#watchers) watcher.onBack(replica, now)
  }

  /** Until `end` replicas are restarted, each when the one before had its turn. */
  restart(restarts: Restarts, end: Milliseconds): void {
    const those = this.replicas.filter(({ group }) => restarts.group === undefined || group.name === restarts.group)
    if (those.length > 0) this.#timers.set(new RestartAlarm(this, those, restarts, this.#timers, end), restarts.first)
  }
}

/** Restarts one replica whenever it rings, and sets itself for the next. */
class RestartAlarm extends Alarm {
  readonly #fleet: Fleet
  readonly #those: readonly Replica[]
  readonly #restarts: Restarts
  readonly #timers: Timers
  readonly #end: Milliseconds
  #turn = 0

  constructor(fleet: Fleet, those: readonly Replica[], restarts: Restarts, timers: Timers, end: Milliseconds) {
    super()
    this.#fleet = fleet
    this.#those = those
    this.#restarts = restarts
    this.#timers = timers
    this.#end = end
  }

  override fire(now: Milliseconds): void {
    if (now > this.#end) return
    const replica = this.#those[this.#turn++ % this.#those.length]!
    if (replica.up) new Restart(this.#fleet, replica, this.#restarts, this.#timers).begin(now)
    this.#timers.set(this, this.#restarts.every)
  }
}

/** One restart of one replica: drained, or killed; away; back. As an alarm it rings for what comes next. */
class Restart extends Alarm {
  readonly #fleet: Fleet
  readonly #replica: Replica
  readonly #restarts: Restarts
  readonly #timers: Timers
  #next: (now: Milliseconds) => void = () => {}

  constructor(fleet: Fleet, replica: Replica, restarts: Restarts, timers: Timers) {
    super()
    this.#fleet = fleet
    this.#replica = replica
    this.#restarts = restarts
    this.#timers = timers
  }

  begin(now: Milliseconds): void {
    const { drain, down, noticed } = this.#restarts
    if (drain > 0) {
      this.#fleet.gone(this.#replica, now)
      this.#after(drain, (later) => this.#stop(later))
      this.#replica.whenDrained(() => this.#stop(this.#timers.now()))
      return
    }
    this.#replica.stop(now)
    const unnoticed = Math.min(noticed, down)
    this.#after(unnoticed, (later) => {
      this.#fleet.gone(this.#replica, later)
      this.#after(down - unnoticed, (end) => this.#start(end))
    })
  }

  override fire(now: Milliseconds): void {
    this.#next(now)
  }

  #stop(now: Milliseconds): void {
    this.#replica.stop(now)
    this.#after(this.#restarts.down, (later) => this.#start(later))
  }

  #start(now: Milliseconds): void {
    this.#replica.start(now)
    this.#fleet.back(this.#replica, now)
  }

  #after(delay: Milliseconds, next: (now: Milliseconds) => void): void {
    this.#next = next
    this.#timers.set(this, delay)
  }
}
