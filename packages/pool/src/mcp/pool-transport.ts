import type { JsonRpcMessage, SendOptions } from './sdk-message.js'

/**
 * What `pool.transport()` gives: the `Transport` of the official SDK, in the shape of its versions 2 and 1. A client that connects to it
 * talks to the whole fleet; it belongs to that client alone.
 */
export interface PoolTransport {
  /** Closed: by the client, or since the pool is shut down and the last call has its end. */
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?: ((message: JsonRpcMessage) => void) | undefined
  /** Of a legacy client, once it has initialized: a name for its session, whichever replica that is on. */
  sessionId?: string | undefined
  /** The client cancels by `notifications/cancelled`, which goes no further than this transport. */
  readonly hasPerRequestStream: boolean
  /** Revision of the client; undefined until the handshake. */
  readonly protocolVersion: string | undefined
  /** Called by the client once it knows, also where it skips the handshake. */
  setProtocolVersion(version: string): void
  /** Called by the client. @throws PoolError `CONFIG` the second time */
  start(): Promise<void>
  /**
   * Resolves when the message is accepted, a request when a replica has it. Rejects where no replica gets it; what fails later
   * arrives as a JSON-RPC error whose `data` is the `PoolError`.
   */
  send(message: JsonRpcMessage, options?: SendOptions): Promise<void>
  /** The user came back from the authorization server. `callback` is the code, or the parameters of the redirect. */
  finishAuth(callback: string | URLSearchParams, issuer?: string): Promise<void>
  /** Ends the session of a legacy client at its replica. A later call opens another. */
  terminateSession(): Promise<void>
  /** Gives up what is under way, and ends the session. The pool goes on. */
  close(): Promise<void>
}
