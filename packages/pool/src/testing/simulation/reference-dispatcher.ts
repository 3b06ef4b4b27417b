import { Alarm, type Milliseconds } from '../../ports.js'
import type { Dispatcher, World } from './dispatcher.js'
import type { FleetWatcher } from './fleet.js'
import { Job, type ReplicaFailure } from './job.js'
import { poolSettings } from './pool-settings.js'
import type { ReferencePolicy, ReferencePolicyFactory } from './reference-policy.js'
import type { Replica } from './replica.js'
import { distanceOf } from './zones.js'
import { ERROR_ANSWERED } from './tally.js'

/** A policy of the books, one for each worker, in the same world: it places each call once, and knows no retry, queue or breaker. */
export class ReferenceDispatcher implements Dispatcher, FleetWatcher {
  readonly #world: World
  readonly #policies: readonly ReferencePolicy[]
  readonly #timeout: Milliseconds
  /** Shared with the policies, which see it change. */
  readonly #available: Replica[]
  underWay = 0

  constructor(world: World, make: ReferencePolicyFactory) {
    this.#world = world
    const { scenario, fleet } = world
    const settings = poolSettings(scenario.pool)
    this.#timeout = Math.min(settings.requestTimeout, scenario.timeout ?? settings.callTimeout)
    this.#available = [...fleet.replicas]
    this.#policies = Array.from({ length: scenario.workers }, (_, index) =>
      make({ available: this.#available, size: fleet.replicas.length, random: world.random(USE, index), worker: index }),
    )
    fleet.watch(this)
  }

  start(call: number, now: Milliseconds): void {
    const { tally, timers, scenario } = this.#world
    const policy = this.#policies[tally.workload.worker[call]!]!
    if (this.#available.length === 0) return tally.failedWith(call, 'NO_HEALTHY_CLIENTS', now)
    const replica = policy.pick(now)
    const job = new ReferenceJob(this, policy, replica, call, tally.attempted(call, replica.index), now)
    job.distance = distanceOf(scenario, tally.workload.worker[call]!, replica.group.zone)
    this.underWay++
    policy.started?.(replica, call)
    timers.set(job.deadline, this.#timeout)
    replica.submit(job, now)
  }

  ended(job: ReferenceJob, code: string | undefined, now: Milliseconds): void {
    const { tally, timers, scenario } = this.#world
    const { replica, call } = job
    this.underWay--
    timers.clear(job.deadline)
    tally.attemptEnded(call)
    job.policy.settled?.(replica, code === undefined, now - job.placedAt, now, call)
    if (code === 'REQUEST_TIMEOUT') replica.cancel(job, scenario.cancellable, now)
    if (code !== undefined) return tally.failedWith(call, code, now)
    tally.answeredBy(call, replica.index, job.startedAt)
    tally.answered(call, now)
  }

  stop(): void {}

  onGone(replica: Replica): void {
    this.#available.splice(this.#available.indexOf(replica), 1)
  }

  onBack(replica: Replica): void {
    this.#available.push(replica)
    this.#available.sort((a, b) => a.index - b.index)
  }
}

class ReferenceJob extends Job {
  readonly #dispatcher: ReferenceDispatcher
  readonly policy: ReferencePolicy
  readonly replica: Replica
  readonly placedAt: Milliseconds
  readonly deadline: Alarm = new Deadline(this)
  #over = false

  constructor(dispatcher: ReferenceDispatcher, policy: ReferencePolicy, replica: Replica, call: number, nth: number, now: Milliseconds) {
    super(call, nth)
    this.#dispatcher = dispatcher
    this.policy = policy
    this.replica = replica
    this.placedAt = now
  }

  override answered(now: Milliseconds): void {
    this.#end(undefined, now)
  }

  override failed(failure: ReplicaFailure, now: Milliseconds): void {
    this.#end(CODES[failure], now)
  }

  ranOut(now: Milliseconds): void {
    this.#end('REQUEST_TIMEOUT', now)
  }

  #end(code: string | undefined, now: Milliseconds): void {
    if (this.#over) return
    this.#over = true
    this.#dispatcher.ended(this, code, now)
  }
}

class Deadline extends Alarm {
  readonly #job: ReferenceJob
  constructor(job: ReferenceJob) {
    super()
    this.#job = job
  }
  override fire(now: Milliseconds): void {
    this.#job.ranOut(now)
  }
}

const CODES: Readonly<Record<ReplicaFailure, string>> = {
  error: 'HTTP_STATUS',
  refusal: 'HTTP_STATUS',
  answer: ERROR_ANSWERED,
  lost: 'CONNECTION_LOST',
  unreachable: 'CONNECT_FAILED',
}

const USE = 200
