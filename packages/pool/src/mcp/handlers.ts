import type { Client, ClientCapabilities, CreateMessageResult, ElicitResult, ListRootsResult } from '@modelcontextprotocol/client'
import type { Handlers } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { JsonObject } from '../ports.js'

const ASKED = ['sampling', 'elicitation', 'roots'] as const

/** A handler is a capability, whether it was declared or not. */
export function withHandled(capabilities: JsonObject, handlers: Handlers): ClientCapabilities {
  const handled: JsonObject = { ...capabilities }
  for (const name of ASKED) if (handlers[name] !== undefined) handled[name] ??= {}
  return handled as ClientCapabilities
}

/** Lets an SDK client answer with the pool's handlers what a modern server asks in the middle of a call. Their results go to the server as they are. */
export function answerWith(client: Client, handlers: Handlers): void {
  const { sampling, elicitation, roots } = handlers
  if (sampling !== undefined)
    client.setRequestHandler('sampling/createMessage', ({ method, params }, { mcpReq }) =>
      answered<CreateMessageResult>(sampling.bind(handlers), method, params, mcpReq.signal),
    )
  if (elicitation !== undefined)
    client.setRequestHandler('elicitation/create', ({ method, params }, { mcpReq }) =>
      answered<ElicitResult>(elicitation.bind(handlers), method, params, mcpReq.signal),
    )
  if (roots !== undefined)
    client.setRequestHandler('roots/list', ({ method, params }, { mcpReq }) => answered<ListRootsResult>(roots.bind(handlers), method, params, mcpReq.signal))
}

type Handler = (params: JsonObject) => JsonObject | Promise<JsonObject>

/** Rejects when the call is given up: the SDK would wait for the handler, and the handler for a person. What a handler throws is no fault of the server. */
function answered<Result>(handler: Handler, method: string, params: object | undefined, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    Promise.resolve()
      .then(() => handler({ ...params }))
      .then(
        (result) => resolve(result as Result),
        (cause: unknown) => reject(handlerFailed(method, cause)),
      )
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** People may have been asked, and the tool may have run up to its question. */
function handlerFailed(method: string, cause: unknown): PoolError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new PoolError('CANCELLED', `the pool's handler of ${method} failed: ${message}`, { progress: 'sent', cause })
}
