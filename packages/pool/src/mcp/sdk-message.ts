import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'

/** What goes over a transport, in either direction. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse

/** What the SDK passes to `send`, of both its versions. */
export interface SendOptions {
  readonly resumptionToken?: string | undefined
  readonly onresumptiontoken?: ((token: string) => void) | undefined
  readonly requestSignal?: AbortSignal | undefined
  readonly onRequestStreamEnd?: (() => void) | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}
