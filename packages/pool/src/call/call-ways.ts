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
} from '../ports.js'
import type { Admission } from './admission/index.js'
import type { CallAttempt } from './attempt.js'
import type { CallEnd } from './call-observer.js'
import type { SentAway } from './bad-times.js'
import type { HedgeWish } from './hedging.js'
import type { OpenCall } from './open-calls.js'
import type { Watch } from './watch.js'

export interface CallSettings {
  /** Bound of one attempt. */
  readonly requestTimeout: Milliseconds
  /** Bound of a whole call. */
  readonly callTimeout: Milliseconds
  /** Attempts after the first. */
  readonly retryAttempts: number
  /** How long a call may wait for a place. */
  readonly queueTimeout: Milliseconds
  /** Progress restarts the attempt's clock, never the call's. */
  readonly resetTimeoutOnProgress: boolean
}

/** What every call of a pool shares. */
export interface CallWays {
  readonly timers: Timers
  readonly picker: Picker
  readonly settings: CallSettings
  /** undefined: nobody watches calls. */
  readonly watch: Watch | undefined
  /** undefined: nobody waits, and a call that finds no place fails. */
  readonly admission: Admission | undefined
  /** The session of what cannot be spread over sessions. */
  readonly home: PinnedSession | undefined
  /** Who has that mark; undefined: nobody of those who are in use. */
  issuerOf(mark: string): Target | undefined
  nextWireId(): number
  kindOf(request: JsonRpcRequest): CallKind
  /** Era of the replicas that can serve it; undefined: either. */
  requiredEra(request: JsonRpcRequest, kind: CallKind, era: Era): Era | undefined
  /** Such requests of callers of that era turned out to be none for replicas of the other. */
  keepToEra(kind: CallKind, era: Era): void
  isSafe(request: JsonRpcRequest, kind: CallKind, idempotent: boolean | undefined): boolean
  /** Wait before the next attempt, after so many. */
  backoff(attempts: number): Milliseconds
  /** Sooner than this hardly any request of that kind was ever answered; 0 while little is known. */
  soonest(kind: CallKind): Milliseconds
  /** How long an attempt may take before a second one is made; undefined: there is none. */
  hedgeAfter(kind: CallKind, wish: HedgeWish | undefined): Milliseconds | undefined
  /** A call begins: the budgets grow with it. */
  admitted(now: Milliseconds): void
  /** Takes a hedge out of the budget. */
  spendHedge(): boolean
  /** Takes the repeat of an attempt that got so far out of the budget. */
  spendRetry(progress: Progress, now: Milliseconds): boolean
  /** Nobody has a place for an attempt of any kind. */
  readonly allFull: boolean
  /** A call was sent away from the queue. */
  sentAway(code: SentAway): void
  /** Why the picker found nobody. */
  whyNobody(query: PickQuery, now: Milliseconds): AttemptFailure
  /** Those who could serve it are only busy, or not fit now and may be soon: worth a wait in the queue. */
  mayGetPlace(query: PickQuery, now: Milliseconds): boolean
  /** Who has to serve it, for a cursor or a session, is there, and has all its places taken. */
  isBusy(query: PickQuery, now: Milliseconds): boolean
  /** Somebody who could serve it is not fit now, and may be soon. */
  mayReturn(query: PickQuery): boolean
  /** A question of the server that the caller does not take. `false`: nobody else does either, and it was told so. */
  answerServer(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean
  /** An attempt ended, and is going to be counted. */
  settling(): void
  /** It was counted. */
  settled(attempt: CallAttempt, outcome: Outcome, failure: AttemptFailure | undefined, now: Milliseconds): void
  /** The call ended, `elapsed` after it was made. */
  finished(call: OpenCall, end: CallEnd, elapsed: Milliseconds): void
}
