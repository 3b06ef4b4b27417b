import type {
  AttemptFailure,
  CallKind,
  Era,
  JsonRpcRequest,
  JsonRpcResponse,
  Milliseconds,
  Outcome,
  Picker,
  PickQuery,
  PinnedSession,
  Progress,
  Target,
  Timers,
  ToolFacts,
  Watching,
} from '../ports.js'
import { PoolError } from '../errors.js'
import { Admission } from './admission/index.js'
import type { CallAttempt } from './attempt.js'
import { BadTimes, type BadTime, type SentAway } from './bad-times.js'
import { Call } from './call.js'
import { type CallEnd, type CallObserver, isAnswered } from './call-observer.js'
import type { CallListener, CallTerms } from './call-terms.js'
import type { CallSettings, CallWays } from './call-ways.js'
import { Hedging, type HedgeWish, type HedgingOptions } from './hedging.js'
import { markOf } from './issued.js'
import { KeptToEra } from './kept-to-era.js'
import { type OpenCall, OpenCalls } from './open-calls.js'
import { putsLoadOnServers } from './repeat.js'
import { RetryBudget, type RetryBudgetOptions } from './retry-budget.js'
import { isSafe } from './safety.js'
import { Watch } from './watch.js'

export interface CallsSettings extends CallSettings {
  /** undefined: nobody waits for a place. */
  readonly maxQueueSize: number | undefined
  readonly retryBudget: RetryBudgetOptions
  /** undefined: only calls that ask for it are hedged. */
  readonly hedge: HedgingOptions | undefined
}

/** What the calls need of the rest of the pool. */
export interface CallsPorts {
  readonly timers: Timers
  readonly picker: Picker
  readonly settings: CallsSettings
  /** Wait before the next attempt, after so many repeats. */
  readonly backoff: (repeats: number) => Milliseconds
  readonly kindOf: (request: JsonRpcRequest) => CallKind
  readonly requiredEra: (request: JsonRpcRequest, era: Era) => Era | undefined
  /** What such requests took of late, at any replica: the time that the share `q` of them did not exceed; undefined while little is known. */
  readonly latency: (kind: CallKind, q: number) => Milliseconds | undefined
  /** Those who are there, also if they take no attempt at the moment. */
  readonly available: () => readonly Target[]
  /** Clients that are not there now and may be again. */
  readonly recovering: () => boolean
  readonly answerServer: (request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void) => boolean
  /** undefined: nobody watches calls. */
  readonly watching: Watching | undefined
  /** Counted here, and shown elsewhere. */
  readonly totals: CallTotals
  /** Told of every attempt that ended. */
  readonly observe: (target: Target, outcome: Outcome, failure: AttemptFailure | undefined) => void
  /** Counts what is counted beyond the totals. */
  readonly observer?: CallObserver | undefined
  /** An attempt has ended, and is going to be counted; `observe` is told of it after that. */
  readonly settling: () => void
  /** What befalls calls in numbers begins or ends. */
  readonly onBadTime: (event: BadTime) => void
}

/** Sums over all calls. */
export interface CallTotals {
  totalRequests: number
  failedRequests: number
  /** Mean over all calls that were answered, in milliseconds. */
  averageLatency: number
}

/** What became of calls beyond one attempt each, since the pool was made. */
export interface CallCounts {
  /** Failed attempts that were repeated out of the budget. */
  retries: number
  /** Those that never reached a server, and were made again without it. */
  requeues: number
  /** Second attempts of calls whose first was slow. */
  hedges: number
  /** Sent away from the queue for want of room: `QUEUE_FULL`. */
  shed: number
  /** Sent away from it after waiting long enough: `QUEUE_TIMEOUT`. */
  timedOut: number
}

/**
 * All calls of a pool: starts them, counts them, and ends them at shutdown. The way of one call is `Call`; layers that are
 * one for all calls stand here, outermost first:
 *
 *     admission                above the deadline: time in the queue has its own bound
 *     budgets                  above the calls, for they bound the whole
 *     deadline, hedge, retry   in `Call`
 *     pick, guard, exchange    per attempt
 */
export class Calls implements CallWays {
  readonly timers: Timers
  readonly picker: Picker
  readonly settings: CallSettings
  readonly watch: Watch | undefined
  readonly admission: Admission | undefined
  readonly counts: CallCounts = { retries: 0, requeues: 0, hedges: 0, shed: 0, timedOut: 0 }
  readonly #retryBudget: RetryBudget
  /** The moment for which the budget is asked. */
  #now: Milliseconds
  readonly #hedging: Hedging
  readonly #badTimes: BadTimes
  readonly #home: { client: string | undefined } = { client: undefined }
  readonly #ports: CallsPorts
  readonly #open = new OpenCalls()
  /** By tool name; emptied when the fleet or what it serves changes. */
  readonly #safeTools = new Map<string, boolean>()
  readonly #keptToEra = new KeptToEra()
  /** Nobody is let in any more. */
  #ended = false
  #lastWireId = 0
  #answered = 0

  constructor(ports: CallsPorts) {
    this.#ports = ports
    this.timers = ports.timers
    this.picker = ports.picker
    this.settings = ports.settings
    this.watch = ports.watching && new Watch(ports.watching)
    const { maxQueueSize, retryBudget, hedge } = ports.settings
    this.#now = ports.timers.now()
    // To ask what time it is costs more than all else that a budget does.
    this.#retryBudget = new RetryBudget({ now: () => this.#now }, retryBudget)
    this.#hedging = new Hedging(ports.latency, hedge)
    if (maxQueueSize !== undefined)
      this.admission = new Admission({ timers: ports.timers, maxQueueSize, onWaited: (priority, time) => ports.observer?.waited(priority, time) })
    this.#badTimes = new BadTimes({ timers: ports.timers, counts: this.counts, tell: ports.onBadTime })
  }

  start(request: JsonRpcRequest, terms: CallTerms, listener: CallListener): Call {
    const call = new Call(this, request, terms, listener)
    this.#ports.totals.totalRequests++
    this.#open.add(call)
    call.start()
    return call
  }

  /** Retries that may be made now. */
  get retryBalance(): number {
    this.#now = this.timers.now()
    return this.#retryBudget.balance
  }

  /** Calls that have no end yet, those between two attempts included; no listen streams. */
  get underWay(): number {
    return this.#open.underWay
  }

  /** Ends every call with `SHUTTING_DOWN`. Those who wait must not be sent to a server in the places that the others leave. */
  abandonAll(): void {
    this.#ended = true
    this.#open.abandonAll()
  }

  /** Nothing is timed any more. */
  stop(): void {
    this.#badTimes.stop()
  }

  /** The fleet, who of it is used, or what a replica serves, is not what it was. */
  servesChanged(usable: readonly Target[] = this.#ports.available()): void {
    this.#safeTools.clear()
    this.#keptToEra.forget()
    // As long as it can: what lives in a session is gone with it. Who takes its place keeps it, or it would be torn between two.
    const { client } = this.#home
    if (client === undefined || !usable.some(({ id }) => id === client)) this.#home.client = usable.find(({ connection }) => connection.era === 'legacy')?.id
    this.placesChanged(this.timers.now())
  }

  /** Somebody may be able to take a call who was not. */
  placesChanged(now: Milliseconds): void {
    if (!this.#ended) this.admission?.pump(now)
  }

  // ── What calls ask for ───────────────────────────────────────────────────────────────────────────────────────────

  nextWireId(): number {
    return ++this.#lastWireId
  }

  issuerOf(mark: string): Target | undefined {
    return this.#ports.available().find((target) => markOf(target) === mark)
  }

  kindOf(request: JsonRpcRequest): CallKind {
    return this.#ports.kindOf(request)
  }

  requiredEra(request: JsonRpcRequest, kind: CallKind, era: Era): Era | undefined {
    return this.#ports.requiredEra(request, era) ?? this.#keptToEra.of(kind, era)
  }

  keepToEra(kind: CallKind, era: Era): void {
    this.#keptToEra.add(kind, era)
  }

  isSafe(request: JsonRpcRequest, kind: CallKind, idempotent: boolean | undefined): boolean {
    if (kind.tool === undefined || idempotent !== undefined) return isSafe(request, idempotent, () => [])
    let safe = this.#safeTools.get(kind.tool)
    if (safe === undefined) {
      safe = isSafe(request, undefined, () => this.#factsEverywhere(kind))
      // What the request itself carries (an answer to a question) says nothing of the tool.
      if (request.params?.['inputResponses'] === undefined && request.params?.['requestState'] === undefined) this.#safeTools.set(kind.tool, safe)
      return safe
    }
    return safe && isSafe(request, true, () => [])
  }

  *#factsEverywhere(kind: CallKind): Iterable<ToolFacts | undefined> {
    for (const { connection } of this.#ports.available()) {
      if (connection.serves(kind) !== 'no') yield kind.tool === undefined ? undefined : connection.tool(kind.tool)
    }
  }

  get home(): PinnedSession | undefined {
    return this.#home.client === undefined ? undefined : this.#home
  }

  backoff(repeats: number): Milliseconds {
    return this.#ports.backoff(repeats)
  }

  soonest(kind: CallKind): Milliseconds {
    return this.#ports.latency(kind, HARDLY_ANY) ?? 0
  }

  admitted(now: Milliseconds): void {
    this.#now = now
    this.#retryBudget.deposit()
    this.#hedging.deposit()
  }

  hedgeAfter(kind: CallKind, wish: HedgeWish | undefined): Milliseconds | undefined {
    return this.#hedging.after(kind, wish)
  }

  spendHedge(): boolean {
    if (!this.#hedging.withdraw()) return false
    this.counts.hedges++
    return true
  }

  spendRetry(progress: Progress, now: Milliseconds): boolean {
    this.#now = now
    if (!putsLoadOnServers(progress)) {
      this.counts.requeues++
      return true
    }
    if (!this.#retryBudget.withdraw()) {
      this.#badTimes.refused(now)
      return false
    }
    this.counts.retries++
    return true
  }

  get allFull(): boolean {
    const available = this.#ports.available()
    return available.length > 0 && available.every(({ guard }) => guard.full)
  }

  sentAway(code: SentAway): void {
    if (code === 'QUEUE_FULL') this.counts.shed++
    else this.counts.timedOut++
    this.#badTimes.sentAway(code, this.admission?.waiting ?? 0, this.timers.now())
  }

  whyNobody(query: PickQuery, now: Milliseconds): AttemptFailure {
    const available = this.#ports.available()
    const home = homeOf(query, available, now)
    const able = available.filter((target) => couldServe(query, target, home))
    const [refusal] = able.map(({ guard }) => guard.refuses(query.kind, now)).filter((reason) => reason !== undefined)
    if (refusal === 'full') return new PoolError('QUEUE_FULL', `all places for ${query.kind.key} are taken at every client, and there is no queue`)
    if (refusal === 'open') return new PoolError('CIRCUIT_OPEN', `the circuit breaker of every client that serves ${query.kind.key} is open`)
    const why =
      available.length === 0
        ? 'no client is healthy'
        : query.onlyEra !== undefined && !available.some(({ connection }) => connection.era === query.onlyEra)
          ? `only replicas of the ${query.onlyEra} era can serve it, and none is healthy`
          : query.only !== undefined
            ? 'the client that was asked for is not healthy'
            : refusal === 'ejected'
              ? `all clients that serve ${query.kind.key} are out for what their calls came to`
              : `none of ${available.length} healthy clients serves ${query.kind.key}`
    return new PoolError('NO_HEALTHY_CLIENTS', why)
  }

  mayGetPlace(query: PickQuery, now: Milliseconds): boolean {
    const available = this.#ports.available()
    const home = homeOf(query, available, now)
    let anyAble = false
    for (const target of this.#among(query)) {
      if (!couldServe(query, target, home)) continue
      if (target.guard.refuses(query.kind, now) !== 'open') return true
      anyAble = true
    }
    return !anyAble && this.mayReturn(query)
  }

  /** Of these somebody may be able to serve it. */
  #among({ only }: PickQuery): readonly Target[] {
    const available = this.#ports.available()
    return only === undefined ? available : available.includes(only) ? [only] : []
  }

  isBusy(query: PickQuery, now: Milliseconds): boolean {
    const available = this.#ports.available()
    const home = homeOf(query, available, now)
    return this.#among(query).some((target) => couldServe(query, target, home) && target.guard.refuses(query.kind, now) === 'full')
  }

  mayReturn(query: PickQuery): boolean {
    return query.only === undefined && this.#ports.recovering()
  }

  answerServer(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean {
    return this.#ports.answerServer(request, reply)
  }

  settling(): void {
    this.#ports.settling()
  }

  settled({ target, stream, startedAt }: CallAttempt, outcome: Outcome, failure: AttemptFailure | undefined, now: Milliseconds): void {
    if (!stream) this.#ports.observer?.attemptEnded(target, outcome, failure, now - startedAt)
    this.#ports.observe(target, outcome, failure)
    this.placesChanged(now)
  }

  finished(call: OpenCall, end: CallEnd, elapsed: Milliseconds): void {
    this.#open.remove(call)
    if (!call.stream) this.#ports.observer?.callEnded(call.kind, end, elapsed)
    if (!isAnswered(end)) {
      this.#ports.totals.failedRequests++
      return
    }
    this.#answered++
    this.#ports.totals.averageLatency += (elapsed - this.#ports.totals.averageLatency) / this.#answered
  }
}

/** Of a hundred answers five come sooner. */
const HARDLY_ANY = 0.05

/** Where its session is open; undefined: it has none, needs none, or that client is not in use and it may be opened anywhere. */
function homeOf({ kind, session, onlyEra }: PickQuery, available: readonly Target[], now: Milliseconds): Target | undefined {
  const client = onlyEra === 'modern' ? undefined : session?.client
  if (client === undefined) return undefined
  const home = available.find(({ id }) => id === client)
  const refusal = home?.guard.refuses(kind, now)
  return refusal === 'open' || refusal === 'ejected' ? undefined : home
}

function couldServe({ kind, onlyEra, only }: PickQuery, target: Target, home: Target | undefined): boolean {
  const { connection } = target
  return (
    (only === undefined || only === target) &&
    (onlyEra === undefined || connection.era === onlyEra) &&
    (home === undefined || connection.era === 'modern' || home === target) &&
    connection.serves(kind) !== 'no'
  )
}
