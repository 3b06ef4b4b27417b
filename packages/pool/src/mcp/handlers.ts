import type { Client, ClientCapabilities, CreateMessageResult, ElicitResult, ListRootsResult } from '@modelcontextprotocol/client'
import type { Handlers } from '../config/index.js'
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
    client.setRequestHandler('sampling/createMessage', ({ params }, { mcpReq }) => answered<CreateMessageResult>(sampling, handlers, params, mcpReq.signal))
  if (elicitation !== undefined)
    client.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) => answered<ElicitResult>(elicitation, handlers, params, mcpReq.signal))
  if (roots !== undefined) client.setRequestHandler('roots/list', ({ params }, { mcpReq }) => answered<ListRootsResult>(roots, handlers, params, mcpReq.signal))
}

type Handler = (params: JsonObject) => JsonObject | Promise<JsonObject>

/** Rejects when the call is given up: the SDK would wait for the handler, and the handler for a person. */
function answered<Result>(handler: Handler, handlers: Handlers, params: object | undefined, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    Promise.resolve()
      .then(() => handler.call(handlers, { ...params }))
      .then((result) => resolve(result as Result), reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}
