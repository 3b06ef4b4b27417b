import type { Attempt, Connection, Era, Exchange, JsonObject, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, PinnedSession } from '../src/ports.js'
import type { PoolError } from '../src/errors.js'

export interface AttemptOptions {
  /** @default the connection's */
  readonly era?: Era
  readonly session?: PinnedSession
  readonly stream?: boolean
  readonly id?: string | number
  /** Answers what the server asks. */
  readonly onRequest?: Attempt['onRequest']
}

const ENVELOPE = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }
let lastWireId = 1_000_000

/** One attempt on a connection, and what came of it. */
export class Tried {
  readonly notifications: JsonRpcNotification[] = []
  readonly asked: JsonRpcRequest[] = []
  readonly response: Promise<JsonRpcResponse>
  readonly exchange: Exchange

  constructor(connection: Connection, method: string, params: JsonObject = {}, options: AttemptOptions = {}) {
    const { era = connection.era, session, stream = false, id = 'caller', onRequest } = options
    const own = era === 'modern' ? { ...params, _meta: { ...ENVELOPE, ...(params['_meta'] as JsonObject | undefined) } } : params
    let settle: { resolve: (response: JsonRpcResponse) => void; reject: (failure: Error) => void } | undefined
    this.response = new Promise((resolve, reject) => (settle = { resolve, reject }))
    // A test that is interested looks; the others need no warning.
    this.response.catch(() => {})
    this.exchange = connection.start({
      request: { jsonrpc: '2.0', id, method, params: own },
      era,
      wireId: ++lastWireId,
      headers: undefined,
      session,
      stream,
      resumeFrom: undefined,
      onEventId() {},
      onNotification: (notification) => void this.notifications.push(notification),
      onRequest: (request, reply) => {
        this.asked.push(request)
        onRequest?.(request, reply)
      },
      onAnswer: (response) => settle?.resolve(response),
      onFailure: (failure) => settle?.reject(failure),
    })
  }

  /** Of an answer that is no error. */
  async result(): Promise<JsonObject> {
    const response = await this.response
    if ('error' in response) throw new Error(`answered with ${response.error.code}: ${response.error.message}`)
    return response.result
  }

  async failure(): Promise<PoolError> {
    return this.response.then(
      () => {
        throw new Error('there was an answer')
      },
      (failure: PoolError) => failure,
    )
  }
}

/** Resolves when `found` returns something, looking again after every event of the loop. The test's own timeout is the limit. */
export async function eventually<T>(found: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const result = await found()
    if (result !== undefined && result !== false) return result
    await new Promise((resolve) => setImmediate(resolve))
  }
}
