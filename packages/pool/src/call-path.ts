import { fullJitter } from './backoff.js'
import { Affinity, Balancer, CallKinds, LatencyBook, type PolicyName, ReplicaLoad } from './balance/index.js'
import {
  type BadTime,
  type Call,
  type CallListener,
  type CallObserver,
  Calls,
  type CallTerms,
  type CallTotals,
  AdaptiveLimit,
  FixedLimit,
  type HedgingOptions,
  type Limit,
  type RetryBudgetOptions,
  ToolLimit,
} from './call/index.js'
import { ClientGuard } from './client-guard.js'
import { ClientWait, type GetClientOptions } from './client-wait.js'
import { type EjectionOptions, Ejections, type HealthChange } from './health/index.js'
import { PoolError } from './errors.js'
import type {
  AttemptFailure,
  Era,
  Guard,
  CallKind,
  JsonRpcRequest,
  JsonRpcResponse,
  Milliseconds,
  Outcome,
  PickQuery,
  Priority,
  Random,
  Refusal,
  Requirements,
  Target,
  Timers,
  Watching,
} from './ports.js'

/** The options that decide what happens to calls. */
export interface CallPathSettings extends EjectionOptions {
  /** May change at any time. */
  readonly loadBalancingAlgorithm: PolicyName
  /** How fast what was learned of latencies gives way to what is new. */
  readonly learningRate: number
  /** Where the pool stands: replicas there are preferred. */
  readonly zone?: string | undefined
  readonly affinityMaxKeys: number
  readonly affinityTimeout: Milliseconds
  readonly connectionsPerClient: number
  /** How long one that comes back gets less than its share. */
  readonly slowStartTime: Milliseconds
  readonly requestTimeout: Milliseconds
  readonly callTimeout: Milliseconds
  readonly resetTimeoutOnProgress: boolean
  readonly retryAttempts: number
  readonly retryDelay: Milliseconds
  readonly maxRetryDelay: Milliseconds
  readonly retryBudget: RetryBudgetOptions
  readonly hedge: HedgingOptions | undefined
  readonly enablePriorityQueues: boolean
  readonly queueTimeout: Milliseconds
  readonly maxQueueSize: number
  readonly maxConcurrentRequestsPerClient: number | 'adaptive' | undefined
  readonly maxConcurrentRequestsPerTool: Readonly<Record<string, number>>
}

/** More clients are ejected than is believed: name and payload of the pool's events. */
export type Panic = ['panic:entered' | 'panic:left', { ejected: number; clients: number }]

/** The world around the calls: time, chance, and who is there. */
export interface CallPathPorts {
  readonly timers: Timers
  readonly random: Random
  readonly settings: CallPathSettings
  readonly totals: CallTotals
  /** Era of the replicas that can serve a request; undefined: either. */
  requiredEra(request: JsonRpcRequest, era: Era): Era | undefined
  /** Counts what is counted beyond the totals. */
  readonly observer?: CallObserver | undefined
  /** A question of a server that the caller does not take. */
  answerServer(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean
  /** undefined: nobody watches calls. */
  readonly watching?: Watching | undefined
  /** Somebody who is not there now may be soon. */
  recovering(): boolean
  /** All sockets of the client that was picked are taken; `queued`: its places are, or nobody takes the call. */
  onBusy(queued: boolean): void
  /** A client was ejected or came back, or its breaker changed. */
  onHealthChange(change: HealthChange): void
  /** Something befalls calls or clients in numbers, or does not any more. */
  onBadTime(event: BadTime | Panic): void
  /** An attempt ended, and is going to be counted: what changes by that has it for its cause. */
  onSettling(): void
  /** It was counted. */
  onSettled(target: Target, outcome: Outcome, failure: AttemptFailure | undefined): void
}

export interface CallPathStatistics {
  readonly inFlight: number
  /** More are out for their outcomes than is believed, and all of them are used. */
  readonly panicking: boolean
  /** Attempts besides the first ones since the pool was made, and what the budget still allows. */
  readonly extra: { readonly retries: number; readonly hedges: number; readonly retryBudget: number }
  /** undefined: nobody waits for a place. */
  readonly queue: { readonly [priority in Priority | 'waiting' | 'shed' | 'timedOut']: number } | undefined
}

/**
 * The way of a call through the pool, from admission to outcome, and all that decides on it, put together.
 *
 *     start ─▶ Calls ─▶ Call ─▶ pick (Balancer, over those whom Ejections let be used) ─▶ guard ─▶ target.connection
 *                 ▲                          outcome: load, guard, budgets, queue ◀──────────────────┘
 *
 * It has no network, clock or chance of its own: the pool runs it on those of the process, and the simulator on virtual time
 * with seeded randomness. What is found out by simulation holds because this is the code that serves.
 */
export class CallPath {
  readonly affinity: Affinity
  readonly calls: Calls
  readonly #ports: CallPathPorts
  readonly #kinds = new CallKinds({ exists: (tool) => this.#exists(tool) })
  readonly #book: LatencyBook
  readonly #balancer: Balancer
  readonly #ejections: Ejections
  /** Who waits for a client. */
  readonly #waits = new Set<ClientWait>()
  #available: readonly Target[] = []
  #shutsDown = false

  constructor(ports: CallPathPorts) {
    const { timers, random, settings, totals } = ports
    this.#ports = ports
    this.#book = new LatencyBook({ learningRate: settings.learningRate, zone: settings.zone })
    this.affinity = new Affinity({ maxKeys: settings.affinityMaxKeys, timeout: settings.affinityTimeout })
    this.#balancer = new Balancer({ random, affinity: this.affinity, algorithm: () => settings.loadBalancingAlgorithm, spill: this.#book.spill })
    const { enablePriorityQueues, maxConcurrentRequestsPerClient, maxConcurrentRequestsPerTool } = settings
    const limited = maxConcurrentRequestsPerClient !== undefined || Object.keys(maxConcurrentRequestsPerTool).length > 0
    this.#ejections = new Ejections({
      timers,
      random,
      options: settings,
      seatOf: (target) => guardOf(target).seat,
      onUsable: (usable) => this.#onUsable(usable),
      onChange: (change) => ports.onHealthChange(change),
      onPanic: (panicking, ejected, clients) => ports.onBadTime([`panic:${panicking ? 'entered' : 'left'}`, { ejected, clients }]),
      onReturned: (target) => startSlowly(target, timers.now(), settings.slowStartTime),
    })
    this.calls = new Calls({
      timers,
      settings: { ...settings, maxQueueSize: enablePriorityQueues || limited ? settings.maxQueueSize : undefined },
      totals,
      picker: { pick: (query, now) => this.#pick(query, now) },
      backoff: (attempts) => fullJitter(attempts - 1, { base: settings.retryDelay, max: settings.maxRetryDelay }, random),
      kindOf: (request) => this.#kindOf(request),
      requiredEra: (request, era) => ports.requiredEra(request, era),
      latency: (kind, q) => this.#book.of(kind).quantile(q),
      available: () => this.#available,
      recovering: () => ports.recovering(),
      answerServer: (request, reply) => ports.answerServer(request, reply),
      settling: () => ports.onSettling(),
      watching: ports.watching,
      observe: (target, outcome, failure) => this.#settled(target, outcome, failure),
      observer: ports.observer,
      onBadTime: (event) => ports.onBadTime(event),
    })
  }

  /** The load of a client of that weight, to be compared with those of the others. */
  newLoad(weight: number): ReplicaLoad {
    return new ReplicaLoad(this.#book, weight)
  }

  /** What stands between the pick and the exchange at one client. */
  newGuard(): Guard {
    return new ClientGuard(this.#ejections.newSeat(), this.#newLimit())
  }

  #newLimit(): Limit | undefined {
    const { maxConcurrentRequestsPerClient: places, maxConcurrentRequestsPerTool: perTool } = this.#ports.settings
    const limit = places === undefined ? undefined : places === 'adaptive' ? new AdaptiveLimit(this.#ports.random) : new FixedLimit(places)
    return Object.keys(perTool).length > 0 ? new ToolLimit(perTool, limit) : limit
  }

  /** These are connected and well, or out for their outcomes alone. */
  update(available: readonly Target[]): void {
    this.#available = available
    const before = this.#ejections.usable
    this.#ejections.update(available)
    // Told also where the same are used as before: one of them may have another connection.
    if (this.#ejections.usable === before) this.#onUsable(before)
  }

  /** Whoever waits for a client gets none; calls go on until they are ended. */
  shutDown(): void {
    this.#shutsDown = true
    for (const wait of this.#waits) {
      this.calls.admission?.remove(wait)
      wait.abandon()
    }
  }

  /** Nothing is timed any more. */
  stop(): void {
    this.#ejections.stop()
    this.calls.stop()
  }

  /** One of them serves other things than before. */
  servesChanged(): void {
    this.#balancer.servesChanged()
    this.calls.servesChanged(this.#ejections.usable)
  }

  start(request: JsonRpcRequest, terms: CallTerms, listener: CallListener): Call {
    return this.calls.start(request, terms, listener)
  }

  /** Who would serve the next call with these wishes. Nothing is reserved. */
  next(wishes: GetClientOptions): Target | undefined {
    const now = this.#ports.timers.now()
    const query = this.#anyCall(wishes)
    const target = this.#balancer.pick(query, now)
    return target !== undefined && refusalOf(target, query, now) === undefined ? target : this.#pickAmongOthers(query, now)
  }

  /** The same, once there is somebody. Rejects when nobody may be waited for, and where that takes too long. */
  whenNext(wishes: GetClientOptions): Promise<Target> {
    const { admission } = this.calls
    const { timers, settings } = this.#ports
    const now = timers.now()
    if (this.#shutsDown) return Promise.reject(new PoolError('SHUTTING_DOWN', 'the pool shuts down'))
    // Whoever came while the asker was looking elsewhere is not announced again.
    const target = this.next(wishes)
    if (target !== undefined) return Promise.resolve(target)
    const query = this.#anyCall(wishes)
    if (admission === undefined) return Promise.reject(this.calls.whyNobody(query, now))
    return new Promise((onClient, onFailure) => {
      const ended =
        <T>(tell: (value: T) => void) =>
        (value: T): void => {
          this.#waits.delete(wait)
          tell(value)
        }
      const wait: ClientWait = new ClientWait(wishes, query.kind, now + (wishes.queueTimeout ?? settings.queueTimeout), {
        next: (at) => this.#pickAmongOthers(query, at),
        onClient: ended(onClient),
        onSentAway: (code) => this.calls.sentAway(code),
        onFailure: ended(onFailure),
      })
      this.#waits.add(wait)
      admission.wait(wait, now)
    })
  }

  #anyCall({ affinity, requirements }: GetClientOptions): PickQuery {
    return { kind: this.#kinds.kindOf('ping'), affinity, requirements, session: undefined, onlyEra: undefined, only: undefined, tried: NOBODY_TRIED }
  }

  /** What became of the calls, and who waits. */
  get statistics(): CallPathStatistics {
    const { admission, counts, retryBalance } = this.calls
    const { retries, requeues, hedges, shed, timedOut } = counts
    const waitingOf = (priority: Priority): number => admission?.waitingOf(priority) ?? 0
    return {
      inFlight: this.calls.underWay,
      panicking: this.#ejections.panicking,
      extra: { retries: retries + requeues, hedges, retryBudget: retryBalance },
      queue: admission && { waiting: admission.waiting, high: waitingOf('high'), normal: waitingOf('normal'), low: waitingOf('low'), shed, timedOut },
    }
  }

  /** The policy alone, among any targets. */
  choose<T extends Target>(targets: readonly T[], requirements: Requirements | undefined): T | undefined {
    return this.#balancer.choose(targets, requirements, this.#ports.timers.now())
  }

  #pick(query: PickQuery, now: Milliseconds): Target | undefined {
    const target = this.#balancer.pick(query, now)
    if (target !== undefined && refusalOf(target, query, now) === undefined) {
      // The one that was picked is the least busy: when all its sockets are taken, so are those of the others.
      if (target.load.outstanding >= this.#ports.settings.connectionsPerClient) this.#ports.onBusy(false)
      return target
    }
    const other = target === undefined ? undefined : this.#pickAmongOthers(query, now)
    this.#ports.onBusy(target !== undefined && other === undefined)
    return other
  }

  /**
   * Who was picked does not take it: among those who do, and else among those who only wish to be left alone. Where those who do have failed
   * this very call it goes to the latter first: they say no at once, where one that hangs would cost another timeout.
   */
  #pickAmongOthers(query: PickQuery, now: Milliseconds): Target | undefined {
    // Of ten thousand it must not look at all for the one that is asked for.
    if (query.only !== undefined) return isWilling(refusalOf(query.only, query, now)) ? this.#balancer.pick(query, now) : undefined
    return this.#balancer.pick(
      query,
      now,
      (target) => isWilling(refusalOf(target, query, now)),
      (target) => refusalOf(target, query, now) === undefined,
    )
  }

  #kindOf({ method, params }: JsonRpcRequest): CallKind {
    const name = params?.['name']
    return this.#kinds.kindOf(method, typeof name === 'string' ? name : undefined)
  }

  #exists(tool: string): boolean {
    return (
      Object.hasOwn(this.#ports.settings.maxConcurrentRequestsPerTool, tool) || this.#available.some(({ connection }) => connection.tool(tool) !== undefined)
    )
  }

  #onUsable(usable: readonly Target[]): void {
    this.#balancer.update(usable)
    this.calls.servesChanged(usable)
  }

  #settled(target: Target, outcome: Outcome, failure: AttemptFailure | undefined): void {
    if (failure?.retryAfter !== undefined) guardOf(target).rest(failure.retryAfter, this.#ports.timers.now())
    this.#ports.onSettled(target, outcome, failure)
  }
}

const NOBODY_TRIED: readonly Target[] = []

export function guardOf({ guard, id }: Target): ClientGuard {
  if (guard instanceof ClientGuard) return guard
  throw new TypeError(`calls go through a ClientGuard, target ${id} has another guard`)
}

function refusalOf({ guard }: Target, { kind, stream }: PickQuery, now: Milliseconds): Refusal | undefined {
  const refusal = guard.refuses(kind, now)
  return refusal === 'full' && stream === true ? undefined : refusal
}

/** It takes one more, though it may wish to be left alone. */
function isWilling(refusal: Refusal | undefined): boolean {
  return refusal === undefined || refusal === 'resting'
}

function startSlowly({ load }: Target, now: Milliseconds, slowStartTime: Milliseconds): void {
  if (load instanceof ReplicaLoad) load.returned(now, slowStartTime)
}
