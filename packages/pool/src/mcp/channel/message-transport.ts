import type { PoolError } from '../../errors.js'
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../../ports.js'

export type Message = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse

/** The part of the SDK's `Transport` that a channel uses: one stream of messages each way. */
export interface MessageTransport {
  start(): Promise<void>
  send(message: Message): Promise<void>
  close(): Promise<void>
  setProtocolVersion?(version: string): void
  onmessage?: ((message: Message) => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onclose?: (() => void) | undefined
}

/** A transport that is made and not started: a child to be, a stream to be. */
export interface NewTransport {
  readonly transport: MessageTransport
  /** What the server said last outside of the protocol, for error messages; empty where it said nothing. */
  lastWords(): string
  /** An error after which nothing comes any more, although the transport does not say that it is closed: what is under way fails with this code. */
  fatal(error: Error): 'PROTOCOL' | 'CONNECTION_LOST' | undefined
  /** What a message that could not be sent failed with; undefined: it did not leave, and there is no more to say. */
  sendFailure(error: unknown): PoolError | undefined
}

export type TransportFactory = () => Promise<NewTransport>
