import type { JsonObject, JsonRpcId, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../src/ports.js'
import type { Message, MessageTransport, NewTransport, TransportFactory } from '../src/mcp/channel/message-transport.js'

/** A server on a channel that does as it is told. */
export class ScriptedTransport implements MessageTransport {
  onmessage?: ((message: Message) => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onclose?: (() => void) | undefined
  readonly sent: Message[] = []
  /** What is done with a request when it is sent. */
  script: (request: JsonRpcRequest) => void
  startError: Error | undefined
  sendError: Error | undefined
  closed = 0
  version: string | undefined

  constructor(script: (transport: ScriptedTransport, request: JsonRpcRequest) => void = () => {}) {
    this.script = (request) => script(this, request)
  }

  async start(): Promise<void> {
    if (this.startError !== undefined) throw this.startError
  }
  async send(message: Message): Promise<void> {
    if (this.sendError !== undefined) throw this.sendError
    this.sent.push(message)
    if ('method' in message && 'id' in message) this.script(message)
  }
  async close(): Promise<void> {
    this.closed++
  }
  setProtocolVersion(version: string): void {
    this.version = version
  }

  get requests(): JsonRpcRequest[] {
    return this.sent.filter((message): message is JsonRpcRequest => 'method' in message && 'id' in message)
  }
  get notifications(): JsonRpcNotification[] {
    return this.sent.filter((message): message is JsonRpcNotification => 'method' in message && !('id' in message))
  }
  get responses(): JsonRpcResponse[] {
    return this.sent.filter((message): message is JsonRpcResponse => !('method' in message))
  }
  answer(id: JsonRpcId, result: JsonObject = {}): void {
    this.onmessage?.({ jsonrpc: '2.0', id, result })
  }
  error(id: JsonRpcId, code: number, message: string): void {
    this.onmessage?.({ jsonrpc: '2.0', id, error: { code, message } })
  }
  notify(method: string, params: JsonObject = {}): void {
    this.onmessage?.({ jsonrpc: '2.0', method, params })
  }
  ask(id: JsonRpcId, method: string, params?: JsonObject): void {
    this.onmessage?.({ jsonrpc: '2.0', id, method, ...(params && { params }) })
  }
  /** The child dies, the stream ends. */
  die(error?: Error): void {
    if (error !== undefined) this.onerror?.(error)
    this.onclose?.()
  }
}

export function made(transport: MessageTransport, more: Partial<NewTransport> = {}): NewTransport {
  return { transport, lastWords: () => '', fatal: () => undefined, sendFailure: () => undefined, ...more }
}

/** One server after another. */
export function factoryOf(...transports: readonly ScriptedTransport[]): TransportFactory & { readonly made: ScriptedTransport[] } {
  const used: ScriptedTransport[] = []
  const factory = async (): Promise<NewTransport> => {
    const transport = transports[used.length]
    if (transport === undefined) throw new Error('no further server was scripted')
    used.push(transport)
    return made(transport)
  }
  return Object.assign(factory, { made: used })
}
