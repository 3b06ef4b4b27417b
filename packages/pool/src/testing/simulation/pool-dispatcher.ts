import { type CallPathSettings, CallPath } from '../../call-path.js'
import { PoolError } from '../../errors.js'
import type {
  Attempt,
  AttemptFailure,
  Connection,
  Era,
  Exchange,
  Guard,
  JsonObject,
  JsonRpcRequest,
  JsonRpcResponse,
  Milliseconds,
  Serves,
  Target,
} from '../../ports.js'
import type { Dispatcher, World } from './dispatcher.js'
import type { FleetWatcher } from './fleet.js'
import { Job, type ReplicaFailure } from './job.js'
import { poolSettings, type SimulatedPoolOptions } from './pool-settings.js'
import type { Replica } from './replica.js'
import { PRIORITIES } from './workload.js'
import { distanceOf, zoneOf } from './zones.js'
import { ERROR_ANSWERED } from './tally.js'

/** The production code: a `CallPath` for each worker, over connections to simulated replicas. */
export class PoolDispatcher implements Dispatcher {
  readonly #world: World
  readonly #workers: readonly PoolWorker[]

  /** `knowsZones`: each worker's pool is told where it stands. */
  constructor(world: World, overrides: SimulatedPoolOptions = {}, knowsZones = true) {
    const { workers, zones, pool } = world.scenario
    const settings = poolSettings({ ...pool, ...overrides })
    this.#world = world
    const settingsOf = (worker: number): CallPathSettings => (zones !== undefined && knowsZones ? { ...settings, zone: zoneOf(zones, worker) } : settings)
    this.#workers = Array.from({ length: workers }, (_, index) => new PoolWorker(world, settingsOf(index), index))
  }

  start(call: number, now: Milliseconds): void {
    this.#workers[this.#world.tally.workload.worker[call]!]!.start(call, now)
  }

  get underWay(): number {
    return this.#workers.reduce((sum, worker) => sum + worker.underWay, 0)
  }

  stop(): void {
    for (const worker of this.#workers) worker.stop()
  }
}

class PoolWorker implements FleetWatcher {
  readonly #world: World
  readonly #path: CallPath
  readonly #targets: readonly SimulatedTarget[]
  readonly #slowStartTime: Milliseconds
  #available: readonly SimulatedTarget[]

  constructor(world: World, settings: CallPathSettings, index: number) {
    this.#world = world
    this.#slowStartTime = settings.slowStartTime
    this.#path = new CallPath({
      timers: world.timers,
      random: world.random(USE, index),
      settings,
      totals: { totalRequests: 0, failedRequests: 0, averageLatency: 0 },
      requiredEra: () => undefined,
      answerServer: () => false,
      recovering: () => this.#available.length < this.#targets.length,
      onBusy: () => {},
      onSettled: () => {},
      onHealthChange: () => {},
      onBadTime: () => {},
      onSettling: () => {},
    })
    this.#targets = world.fleet.replicas.map((replica) => new SimulatedTarget(world, this.#path, replica, index))
    this.#available = this.#targets
    this.#path.update(this.#available)
    world.fleet.watch(this)
  }

  get underWay(): number {
    return this.#path.calls.underWay + this.#targets.reduce((sum, { load }) => sum + load.outstanding, 0)
  }

  start(index: number, _now: Milliseconds): void {
    const { tally, scenario } = this.#world
    const call = new SimulatedCall(this.#world, index)
    const priority = PRIORITIES[tally.workload.priority[index]!]!
    const tool = scenario.tools[tally.workload.tool[index]!]!
    this.#path.start(call, { era: 'modern', idempotent: tool.safe, timeout: scenario.timeout, ...(priority !== 'normal' && { priority }) }, call)
  }

  stop(): void {
    this.#path.stop()
  }

  onGone(replica: Replica): void {
    this.#available = this.#available.filter((target) => target.replica !== replica)
    this.#path.update(this.#available)
  }

  onBack(replica: Replica, now: Milliseconds): void {
    this.#targets[replica.index]!.load.returned(now, this.#slowStartTime)
    this.#available = this.#targets.filter((target) => target.replica === replica || this.#available.includes(target))
    this.#path.update(this.#available)
  }
}

/** A call and its caller in one: the request that the pool is given, and the listener that hears what became of it. */
class SimulatedCall implements JsonRpcRequest {
  readonly jsonrpc = '2.0'
  readonly method = 'tools/call'
  readonly id: number
  readonly params: JsonObject
  readonly #world: World

  constructor(world: World, index: number) {
    this.id = index
    this.#world = world
    this.params = paramsOf(world, world.tally.workload.tool[index]!)
  }

  onAnswer(response: JsonRpcResponse): void {
    const { tally, timers } = this.#world
    if ('result' in response) tally.answered(this.id, timers.now())
    else tally.failedWith(this.id, ERROR_ANSWERED, timers.now())
  }

  onFailure({ code }: PoolError): void {
    this.#world.tally.failedWith(this.id, code, this.#world.timers.now())
  }
}

const PARAMS = new WeakMap<World, readonly JsonObject[]>()

function paramsOf(world: World, tool: number): JsonObject {
  let params = PARAMS.get(world)
  if (params === undefined) PARAMS.set(world, (params = world.scenario.tools.map(({ name }) => ({ name }))))
  return params[tool]!
}

class SimulatedTarget implements Target, Connection {
  readonly id: string
  readonly place: string
  readonly endpointLabel: string
  readonly weight: number
  readonly load: ReturnType<CallPath['newLoad']>
  readonly guard: Guard
  readonly era: Era = 'modern'
  readonly replica: Replica
  readonly distance: Milliseconds
  readonly #world: World

  constructor(world: World, path: CallPath, replica: Replica, worker: number) {
    this.#world = world
    this.replica = replica
    this.id = `replica-${replica.index}`
    this.place = `${this.id}/0`
    this.endpointLabel = this.id
    this.weight = replica.group.weight
    this.load = path.newLoad(this.weight)
    this.load.zone = replica.group.zone
    this.distance = distanceOf(world.scenario, worker, replica.group.zone)
    this.guard = path.newGuard()
  }

  get connection(): Connection {
    return this
  }

  serves(): Serves {
    return 'yes'
  }

  tool(): undefined {
    return undefined
  }

  start(attempt: Attempt): Exchange {
    const { tally, timers } = this.#world
    const call = attempt.request.id as number
    const job = new PoolJob(this.#world, this, attempt, call, tally.attempted(call, this.replica.index))
    this.replica.submit(job, timers.now())
    return job
  }

  /** As the answer's `endpoint-load-metrics` would say it. */
  report(): void {
    const report = this.replica.reportAt(this.#world.timers.now())
    if (report !== undefined) this.load.report = { ...this.load.report, ...report }
  }
}

/** An attempt of the pool at a replica, and the exchange by which the pool may give it up. */
class PoolJob extends Job implements Exchange {
  readonly #world: World
  readonly #target: SimulatedTarget
  readonly #attempt: Attempt
  #ended = false
  written = true

  constructor(world: World, target: SimulatedTarget, attempt: Attempt, call: number, nth: number) {
    super(call, nth)
    this.distance = target.distance
    this.#world = world
    this.#target = target
    this.#attempt = attempt
  }

  cancel(): void {
    if (!this.#end()) return
    this.#target.replica.cancel(this, this.#world.scenario.cancellable, this.#world.timers.now())
  }

  override answered(): void {
    if (!this.#end()) return
    this.#world.tally.answeredBy(this.call, this.#target.replica.index, this.startedAt)
    this.#target.report()
    this.#attempt.onAnswer(ANSWER)
  }

  override failed(failure: ReplicaFailure): void {
    if (!this.#end()) return
    if (failure === 'answer') this.#attempt.onAnswer(ERROR)
    else this.#attempt.onFailure(failureOf(failure, this.#target.endpointLabel))
  }

  /** `false`: the pool has given it up, and the server went on with it. */
  #end(): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#world.tally.attemptEnded(this.call)
    return true
  }
}

function failureOf(failure: Exclude<ReplicaFailure, 'answer'>, endpoint: string): AttemptFailure {
  switch (failure) {
    case 'error':
      return new PoolError('HTTP_STATUS', 'the server answered with HTTP 500', { progress: 'sent', status: 500, endpoint })
    case 'refusal':
      return new PoolError('HTTP_STATUS', 'the server answered with HTTP 503', { progress: 'refused', status: 503, endpoint, retryAfter: 0 })
    case 'lost':
      return new PoolError('CONNECTION_LOST', 'the connection broke', { progress: 'sent', endpoint })
    case 'unreachable':
      return new PoolError('CONNECT_FAILED', 'connection refused', { progress: 'not-sent', endpoint })
  }
}

const USE = 100

const ANSWER: JsonRpcResponse = { jsonrpc: '2.0', id: 0, result: {} }

const ERROR: JsonRpcResponse = { jsonrpc: '2.0', id: 0, error: { code: -32603, message: 'out of order' } }
