import type { Milliseconds } from '../../ports.js'
import type { Dispatcher, World } from './dispatcher.js'
import type { FleetWatcher } from './fleet.js'
import { Job, type ReplicaFailure } from './job.js'
import type { Replica } from './replica.js'

/**
 * What every balancer is measured against: one queue in front of all slots, and whoever is free takes the next call, the fastest
 * first. No slot idles while a call waits, and nobody can know more; only calls that are moved while they run could do better.
 */
export class CentralQueue implements Dispatcher, FleetWatcher {
  readonly #world: World
  readonly #waiting: number[] = []
  #head = 0
  #running = 0
  #available: readonly Replica[]

  constructor(world: World) {
    this.#world = world
    this.#available = world.fleet.replicas
    world.fleet.watch(this)
  }

  get underWay(): number {
    return this.#running + this.#waiting.length - this.#head
  }

  start(call: number, now: Milliseconds): void {
    this.#waiting.push(call)
    this.#serve(now)
  }

  ended(job: CentralJob, failure: ReplicaFailure | undefined, now: Milliseconds): void {
    const { tally } = this.#world
    this.#running--
    tally.attemptEnded(job.call)
    if (failure !== undefined) tally.failedWith(job.call, failure, now)
    else {
      tally.answeredBy(job.call, job.replica.index, job.startedAt)
      tally.answered(job.call, now)
    }
    this.#serve(now)
  }

  stop(): void {}

  onGone(replica: Replica): void {
    this.#available = this.#available.filter((each) => each !== replica)
  }

  onBack(replica: Replica, now: Milliseconds): void {
    this.#available = this.#world.fleet.replicas.filter((each) => each === replica || this.#available.includes(each))
    this.#serve(now)
  }

  #serve(now: Milliseconds): void {
    while (this.#head < this.#waiting.length) {
      const replica = this.#fastestFree(now)
      if (replica === undefined) return
      const call = this.#waiting[this.#head++]!
      if (this.#head > 1_024 && this.#head > this.#waiting.length / 2) {
        this.#waiting.splice(0, this.#head)
        this.#head = 0
      }
      this.#running++
      replica.submit(new CentralJob(this, replica, call, this.#world.tally.attempted(call, replica.index)), now)
    }
  }

  #fastestFree(now: Milliseconds): Replica | undefined {
    let best: Replica | undefined
    let bestSpeed = 0
    for (const replica of this.#available) {
      if (replica.freeSlots <= 0 || replica.isBad(now)) continue
      const speed = replica.speedAt(now)
      if (best === undefined || speed > bestSpeed || (speed === bestSpeed && replica.freeSlots > best.freeSlots)) {
        best = replica
        bestSpeed = speed
      }
    }
    return best
  }
}

class CentralJob extends Job {
  readonly #queue: CentralQueue
  readonly replica: Replica

  constructor(queue: CentralQueue, replica: Replica, call: number, nth: number) {
    super(call, nth)
    this.#queue = queue
    this.replica = replica
  }

  override answered(now: Milliseconds): void {
    this.#queue.ended(this, undefined, now)
  }

  override failed(failure: ReplicaFailure, now: Milliseconds): void {
    this.#queue.ended(this, failure, now)
  }
}
