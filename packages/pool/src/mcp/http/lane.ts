import type { PoolError } from '../../errors.js'
import type { Attempt, Era, JsonRpcError, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, ServerFacts } from '../../ports.js'
import type { HttpChannel } from './channel.js'
import type { RequestEnvelope } from './request-body.js'
import type { Headers } from './request-headers.js'

/** What becomes of an answer that may be none: it is handed on, the request is sent once more on this connection, or it failed. */
export type Verdict = 'answer' | 'repeat' | PoolError

/** What the server said that may be no answer. */
export interface Doubt {
  readonly status: number
  /** The JSON-RPC error in the body, where there was one. */
  readonly error: JsonRpcError | undefined
  /** The error names the id of the request: it comes from whoever read the request, and not from the transport. */
  readonly named: boolean
  readonly request: JsonRpcRequest
  /** Session that the request was sent in. */
  readonly sessionId: string | undefined
  /** It was sent again already for a reason of this kind. */
  readonly repeated: boolean
}

/**
 * What an exchange asks of the era, or of the session, that it belongs to. An exchange itself knows HTTP, JSON-RPC ids and
 * nothing of either era.
 */
export interface Lane {
  readonly channel: HttpChannel
  readonly era: Era
  readonly facts: ServerFacts
  /** Session that requests are sent in now. */
  readonly sessionId: string | undefined
  headers(request: JsonRpcRequest, token: string | undefined): Headers
  envelope(attempt: Attempt): RequestEnvelope | undefined
  /** Looks at every result that `observes` names, before the caller gets it; may hand on another. */
  observe(request: JsonRpcRequest, response: JsonRpcResponse): JsonRpcResponse
  observes(method: string): boolean
  judge(doubt: Doubt): Verdict | Promise<Verdict>
  /** What the server asked in the session with `sessionId` is answered. */
  reply(response: JsonRpcResponse, sessionId: string | undefined): void
  /** The request that was sent with this id is not waited for any more. */
  cancelled(wireId: number, request: JsonRpcRequest, reason: string): void
  /** GET that continues a broken stream after an event; undefined: this era has nothing of the kind. */
  resumeHeaders(lastEventId: string, token: string | undefined): Headers | undefined
  /** Whether callers of the lane's own era want to hear it. */
  passes(notification: JsonRpcNotification): boolean
  /** A notification passed by on a request's own stream. */
  noticed(method: string): void
  /** An exchange of this lane is made; every one is released once. */
  entered(): void
  released(): void
}
