import type { Handlers } from './config/index.js'
import type { JsonObject, JsonRpcRequest, JsonRpcResponse } from './ports.js'

/** JSON-RPC 2.0, section 5.1. */
const METHOD_NOT_FOUND = -32601
const INTERNAL_ERROR = -32603

/** What servers ask their client, and which of the pool's handlers answers it. */
const HANDLER_OF: Readonly<Record<string, keyof Handlers>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
}

/** What asks people, or costs: once for the pool, and not once for each of its sessions. */
const ASKS: ReadonlySet<string> = new Set(['sampling/createMessage', 'elicitation/create'])

/**
 * Answers a question that belongs to no call, and came on the stream of a session. `home`: of that in which all lives that cannot be spread over sessions. A
 * server with a session for each pooled client would ask people in all of them.
 */
export function answerOutsideOfCalls(handlers: Handlers, home: boolean, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
  const { id, method } = request
  if (home || !ASKS.has(method)) answerServerRequest(handlers, request, reply)
  else reply({ jsonrpc: '2.0', id, error: { code: METHOD_NOT_FOUND, message: `this session does not answer ${method} outside of a call` } })
}

/** Answers a server's question with the pool's own handlers: where no caller is there to take it, or it takes none. `false`: there is no handler for it. */
export function answerServerRequest(handlers: Handlers, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean {
  const { id, method } = request
  const refuse = (code: number, message: string): void => reply({ jsonrpc: '2.0', id, error: { code, message } })
  if (method === 'ping') {
    reply({ jsonrpc: '2.0', id, result: {} })
    return true
  }
  const name = HANDLER_OF[method]
  const handler = name === undefined ? undefined : handlers[name]
  if (handler === undefined) {
    refuse(METHOD_NOT_FOUND, `this client does not answer ${method}`)
    return false
  }
  // Through a promise, so that a handler that throws refuses like one that rejects.
  void Promise.resolve()
    .then((): JsonObject | Promise<JsonObject> => handler.call(handlers, request.params ?? {}))
    .then(
      (result) => reply({ jsonrpc: '2.0', id, result }),
      (error: unknown) => refuse(INTERNAL_ERROR, error instanceof Error ? error.message : String(error)),
    )
  return true
}
