import type { PoolError } from '../../errors.js'
import type { Attempt, Era, Exchange, JsonObject, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, ServerFacts } from '../../ports.js'
import { META } from '../era-tables.js'
import { metaOf } from '../json-object.js'
import { passesLogLevel, translateNotification, translateResponse } from '../translate.js'
import type { Channel, Pending, Reply } from './channel.js'
import { crossingRefused } from '../crossing.js'

/** Where an exchange belongs. */
export interface ExchangeHome {
  readonly label: string
  readonly era: Era
  readonly facts: ServerFacts
  /** Looks at every answer to what was sent, before the caller gets it; may hand on another. */
  observe(request: JsonRpcRequest, response: JsonRpcResponse): JsonRpcResponse
  /** Whether callers of the channel's own era want to hear it. */
  passes(notification: JsonRpcNotification): boolean
  /** An exchange is over, in whichever way. */
  over(): void
}

/**
 * One attempt on a channel: the caller's id, progress token and era outside, `wireId` and the channel's era inside. It may wait
 * for a channel that is not open yet.
 */
export class ChannelExchange implements Exchange, Pending {
  readonly kind: 'call' | 'stream'
  readonly #home: ExchangeHome
  readonly #attempt: Attempt
  readonly #token: unknown
  #channel: Channel | undefined
  /** In the era of the channel. */
  #sent: JsonRpcRequest
  #written = false
  #over = false

  constructor(home: ExchangeHome, attempt: Attempt) {
    this.#home = home
    this.#attempt = attempt
    this.#sent = attempt.request
    this.kind = attempt.stream ? 'stream' : 'call'
    this.#token = metaOf(attempt.request.params)?.['progressToken']
  }

  get written(): boolean {
    return this.#written
  }

  /** `request` is the attempt's, in the era of the channel. */
  send(channel: Channel, request: JsonRpcRequest): void {
    if (this.#over) return
    this.#channel = channel
    this.#sent = request
    const { wireId, meta } = this.#attempt
    const added = this.#token === undefined ? meta : { ...meta, progressToken: wireId }
    const params = added === undefined ? request.params : withMeta(request.params, added)
    this.#written = channel.isOpen
    channel.request(wireId, { jsonrpc: '2.0', id: wireId, method: request.method, ...(params && { params }) }, this)
  }

  /** Before it was sent: there is nothing to send, or nowhere. */
  settle(response: JsonRpcResponse | PoolError): void {
    if (this.#over) return
    this.#end()
    if (response instanceof Error) this.#attempt.onFailure(response)
    else this.#attempt.onAnswer({ ...response, id: this.#attempt.request.id })
  }

  /** A channel has no stream of this request that could be closed: the server has to be told, in either era (`basic/patterns/cancellation`). */
  cancel(reason: string): void {
    if (this.#over) return
    this.#end()
    const { wireId } = this.#attempt
    if (this.#channel?.forget(wireId) === true)
      void this.#channel.notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: wireId, reason } })
  }

  answered(response: JsonRpcResponse): void {
    const { request, era, stream } = this.#attempt
    if (stream && 'result' in response) return this.settle({ ...response, result: retagged(response.result, request.id) ?? response.result })
    const seen = this.#home.observe(this.#sent, response)
    if (era === this.#home.era) return this.settle(seen)
    const plan = translateResponse(request, seen, era, this.#home.facts)
    this.settle(plan.act === 'answer' ? plan.response : crossingRefused(plan.reason, this.#home.label, 'sent'))
  }

  notified(notification: JsonRpcNotification): void {
    if (this.#over) return
    const { request, era, stream } = this.#attempt
    // A server that ends a subscription on a shared channel says so by its id.
    if (stream && notification.method === 'notifications/cancelled') {
      this.#channel?.forget(this.#attempt.wireId)
      return this.settle({ jsonrpc: '2.0', id: request.id, result: { resultType: 'complete', _meta: { [META.subscriptionId]: request.id } } })
    }
    const own = this.#own(notification)
    if (era === this.#home.era) return this.#home.passes(own) ? this.#attempt.onNotification(own) : undefined
    const translated = era === 'modern' && !passesLogLevel(own, request) ? undefined : translateNotification(own, era)
    if (translated !== undefined) this.#attempt.onNotification(translated)
  }

  asked(request: JsonRpcRequest, reply: Reply): void {
    if (!this.#over) this.#attempt.onRequest(request, reply)
  }

  failed(failure: PoolError): void {
    this.settle(failure)
  }

  #end(): void {
    this.#over = true
    this.#home.over()
  }

  /** With the caller's progress token, or the id of its subscription. */
  #own(notification: JsonRpcNotification): JsonRpcNotification {
    const { params } = notification
    if (notification.method === 'notifications/progress') return { ...notification, params: { ...params, progressToken: this.#token } }
    const tagged = params === undefined ? undefined : retagged(params, this.#attempt.request.id)
    return tagged === undefined ? notification : { ...notification, params: tagged }
  }
}

function withMeta(params: JsonObject | undefined, fields: JsonObject): JsonObject {
  return { ...params, _meta: { ...metaOf(params), ...fields } }
}

/** undefined where there is no id of a subscription. */
function retagged(params: JsonObject, id: string | number): JsonObject | undefined {
  const meta = metaOf(params)
  return meta?.[META.subscriptionId] === undefined ? undefined : { ...params, _meta: { ...meta, [META.subscriptionId]: id } }
}
