import type { JsonObject, JsonRpcId, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'
import { metaOf } from './json-object.js'

type Reply = (response: JsonRpcResponse) => void

interface Question {
  readonly reply: Reply
  /** The server's own id and progress token. */
  readonly serverId: JsonRpcId
  readonly token: unknown
  /** What it was asked in, so that it can be taken back with it: a call, or undefined for the session itself. */
  readonly within: object | undefined
}

/**
 * Requests of servers to one client. Two replicas, or a session before and after it was lost, number theirs alike, so the
 * client gets ids and progress tokens of ours:
 *
 *     server ── sampling/createMessage, id 3, token 3 ──▶  id 17, token 17  ──▶ client
 *            ◀─ answer, progress of 3 ──────────────────   of 17            ◀──
 *            ── cancelled 3 ─────────────────────────────▶ cancelled 17     ──▶
 */
export class Questions {
  readonly #deliver: (message: JsonRpcRequest | JsonRpcNotification) => void
  readonly #open = new Map<number, Question>()
  #last = 0

  constructor(deliver: (message: JsonRpcRequest | JsonRpcNotification) => void) {
    this.#deliver = deliver
  }

  get open(): number {
    return this.#open.size
  }

  ask(request: JsonRpcRequest, reply: Reply, within: object | undefined): void {
    const id = ++this.#last
    const token = metaOf(request.params)?.['progressToken']
    this.#open.set(id, { reply, serverId: request.id, token, within })
    this.#deliver({ ...request, id, ...(token === undefined ? {} : { params: withToken(request.params, id) }) })
  }

  /** The client's answer. `false`: to nothing that is open, because it was taken back meanwhile. */
  answer(response: JsonRpcResponse): boolean {
    const id = Number(response.id)
    const question = this.#open.get(id)
    if (question === undefined) return false
    this.#open.delete(id)
    question.reply({ ...response, id: question.serverId })
    return true
  }

  /** The client's progress with the server's token; undefined where the server did not ask for any, or has its answer. */
  progress(notification: JsonRpcNotification): JsonRpcNotification | undefined {
    const token = this.#open.get(Number(notification.params?.['progressToken']))?.token
    return token === undefined ? undefined : { ...notification, params: { ...notification.params, progressToken: token } }
  }

  /** The server takes a question back. `within` as in `ask`; undefined: wherever it was asked. */
  cancelledByServer(notification: JsonRpcNotification): void {
    const serverId = notification.params?.['requestId']
    // The newest first: after a session was opened again, old questions may still carry the same number.
    for (const [id, question] of [...this.#open].reverse()) if (question.serverId === serverId) return this.#takeBack(id, notification.params)
  }

  /** The call is over, and so are the questions that were asked in it. */
  over(within: object, reason: string): void {
    if (this.#open.size === 0) return
    for (const [id, question] of this.#open) if (question.within === within) this.#takeBack(id, { reason })
  }

  /** Nobody will answer any more: servers get an error instead of waiting. */
  close(reason: string): void {
    for (const { reply, serverId } of this.#open.values()) reply({ jsonrpc: '2.0', id: serverId, error: { code: -32_000, message: reason } })
    this.#open.clear()
  }

  #takeBack(id: number, params: JsonObject | undefined): void {
    this.#open.delete(id)
    this.#deliver({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { ...params, requestId: id } })
  }
}

function withToken(params: JsonObject | undefined, token: number): JsonObject {
  return { ...params, _meta: { ...metaOf(params), progressToken: token } }
}
