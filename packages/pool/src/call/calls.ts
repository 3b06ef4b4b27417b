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
  Target,
  Timers,
  ToolFacts,
} from '../ports.js'
import { PoolError } from '../errors.js'
import { Call, type CallListener, type CallTerms } from './call.js'
import type { CallSettings, CallWays, OpenCall } from './call-ways.js'
import { Issuers } from './issuers.js'
import { isSafe } from './safety.js'

/** What the calls need of the rest of the pool. */
export interface CallsPorts {
  readonly timers: Timers
  readonly picker: Picker
  readonly settings: CallSettings
  /** Wait before the next attempt, after so many. */
  readonly backoff: (attempts: number) => Milliseconds
  readonly kindOf: (request: JsonRpcRequest) => CallKind
  readonly requiredEra: (request: JsonRpcRequest, era: Era) => Era | undefined
  /** Those who are fit now. */
  readonly fit: () => readonly Target[]
  /** Clients that are not fit now and may be again. */
  readonly recovering: () => boolean
  readonly answerServer: (request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void) => void
  /** Counted here, and shown elsewhere. */
  readonly totals: CallTotals
  /** Told of every attempt that ended. */
  readonly observe: (target: Target, outcome: Outcome, failure: AttemptFailure | undefined) => void
}

/** Sums over all calls. */
export interface CallTotals {
  totalRequests: number
  failedRequests: number
  /** Mean over all calls that were answered, in milliseconds. */
  averageLatency: number
}

/**
 * All calls of a pool: starts them, counts them, and ends them at shutdown. The way of one call is `Call`; layers that are
 * one for all calls stand here, outermost first:
 *
 *     admission   (above the deadline: time in a queue has its own bound)
 *     deadline, hedge, retry   in `Call`
 *     pick, guard, exchange    per attempt
 */
export class Calls implements CallWays {
  readonly timers: Timers
  readonly picker: Picker
  readonly settings: CallSettings
  readonly issuers: Issuers = new Issuers()
  readonly #ports: CallsPorts
  readonly #open = new Set<OpenCall>()
  /** By tool name; emptied when the fleet or what it serves changes. */
  readonly #safeTools = new Map<string, boolean>()
  #streams = 0
  #lastWireId = 0
  #answered = 0

  constructor(ports: CallsPorts) {
    this.#ports = ports
    this.timers = ports.timers
    this.picker = ports.picker
    this.settings = ports.settings
  }

  start(request: JsonRpcRequest, terms: CallTerms, listener: CallListener): Call {
    const call = new Call(this, request, terms, listener)
    this.#ports.totals.totalRequests++
    this.#open.add(call)
    if (call.stream) this.#streams++
    call.start()
    return call
  }

  /** Calls that have no end yet, those between two attempts included; no listen streams. */
  get underWay(): number {
    return this.#open.size - this.#streams
  }

  /** Ends every call with `SHUTTING_DOWN`. */
  abandonAll(): void {
    for (const call of [...this.#open]) call.abandon()
  }

  /** The fleet, or what a replica serves, is not what it was. */
  servesChanged(): void {
    this.#safeTools.clear()
  }

  // ── What calls ask for ───────────────────────────────────────────────────────────────────────────────────────────

  nextWireId(): number {
    return ++this.#lastWireId
  }

  kindOf(request: JsonRpcRequest): CallKind {
    return this.#ports.kindOf(request)
  }

  requiredEra(request: JsonRpcRequest, era: Era): Era | undefined {
    return this.#ports.requiredEra(request, era)
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
    for (const { connection } of this.#ports.fit()) {
      if (connection.serves(kind) !== 'no') yield kind.tool === undefined ? undefined : connection.tool(kind.tool)
    }
  }

  backoff(attempts: number): Milliseconds {
    return this.#ports.backoff(attempts)
  }

  whyNobody(query: PickQuery): AttemptFailure {
    const fit = this.#ports.fit().length
    const why =
      fit === 0
        ? 'no client is healthy'
        : query.onlyEra !== undefined && !this.#ports.fit().some(({ connection }) => connection.era === query.onlyEra)
          ? `only replicas of the ${query.onlyEra} era can serve it, and none is healthy`
          : query.only !== undefined
            ? 'the client that was asked for is not healthy'
            : `none of ${fit} healthy clients serves ${query.kind.key}`
    return new PoolError('NO_HEALTHY_CLIENTS', why)
  }

  mayReturn(query: PickQuery): boolean {
    return query.only === undefined && this.#ports.recovering()
  }

  answerServer(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    this.#ports.answerServer(request, reply)
  }

  settled(target: Target, outcome: Outcome, failure: AttemptFailure | undefined): void {
    this.#ports.observe(target, outcome, failure)
  }

  finished(call: OpenCall, ok: boolean, elapsed: Milliseconds): void {
    this.#open.delete(call)
    if (call.stream) this.#streams--
    if (!ok) {
      this.#ports.totals.failedRequests++
      return
    }
    this.#answered++
    this.#ports.totals.averageLatency += (elapsed - this.#ports.totals.averageLatency) / this.#answered
  }
}
