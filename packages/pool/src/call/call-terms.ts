import type { PoolError } from '../errors.js'
import type {
  Era,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  Milliseconds,
  PinnedSession,
  Priority,
  Requirements,
  Signal,
  Target,
} from '../ports.js'
import type { HedgeWish } from './hedging.js'

/** How the caller wants a call to be made. Undefined fields mean no wish. */
export interface CallTerms {
  /** The shape in which the request is, and in which the caller wants the answer. */
  readonly era: Era
  readonly affinity?: string | undefined
  readonly requirements?: Requirements | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly session?: PinnedSession | undefined
  readonly signal?: Signal | undefined
  readonly idempotent?: boolean | undefined
  /** Who goes first where calls have to wait. @default 'normal' */
  readonly priority?: Priority | undefined
  /** Whom the call is for: under overload everybody gets a fair share. @default `affinity` */
  readonly tenant?: string | undefined
  /** How long it may wait for a place, instead of the pool's. */
  readonly queueTimeout?: Milliseconds | undefined
  /** Instead of the pool's. */
  readonly hedge?: HedgeWish | undefined
  /** Exactly this client. */
  readonly only?: Target | undefined
  /** Bound of the whole call, instead of `callTimeout`. */
  readonly timeout?: Milliseconds | undefined
  /** The caller has a clock of its own (an SDK client): no `callTimeout`, and `requestTimeout` only where another attempt is safe. */
  readonly callerTimes?: boolean
  /** A `subscriptions/listen`: outside deadlines, load and age. */
  readonly stream?: boolean
  /** Continues an answer that broke, at the replica in `only`, from this event id. */
  readonly resumeFrom?: string | undefined
}

/** Who made the call. Exactly one of `onAnswer` and `onFailure` is called, once. */
export interface CallListener {
  /** The request was handed to a replica for the first time. */
  onAccepted?(): void
  /** A point of the answer's stream from which it could be continued on that client. */
  onEventId?(client: string, eventId: string): void
  onNotification?(notification: JsonRpcNotification): void
  /** `false`: not taken; the pool's own handlers answer. */
  onRequest?(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean
  onAnswer(response: JsonRpcResponse): void
  onFailure(error: PoolError): void
}
