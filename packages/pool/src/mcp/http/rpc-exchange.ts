import { PoolError } from '../../errors.js'
import { Alarm, type Attempt, type JsonObject, type JsonRpcError, type JsonRpcId, type JsonRpcRequest, type JsonRpcResponse } from '../../ports.js'
import { isObject } from '../json-object.js'
import { answerAcross, notificationAcross } from './across.js'
import { protocolFailure } from './failures.js'
import { asRequest, mappedNotification, mapSubscription, messageKind } from './incoming.js'
import type { Lane } from './lane.js'

/**
 * The half of an exchange that speaks JSON-RPC: what the server's messages are to the request, and what of them its caller
 * hears, in the caller's era and under the caller's ids. How they come is the business of the other half.
 */
export abstract class RpcExchange extends Alarm {
  protected readonly lane: Lane
  protected readonly attempt: Attempt
  /** As it is sent: of the era of the lane. */
  protected readonly request: JsonRpcRequest
  /** Session that it was sent in. */
  sessionId: string | undefined = undefined
  protected settled = false

  constructor(lane: Lane, attempt: Attempt, request: JsonRpcRequest) {
    super()
    this.lane = lane
    this.attempt = attempt
    this.request = request
  }

  /** Answered, failed or given up. */
  get over(): boolean {
    return this.settled
  }

  /** From now on nothing more is told to the attempt. */
  protected abstract settle(): void
  /** A fault of the server in the middle of its response. */
  protected abstract fault(words: string, cause?: unknown): void
  /** A JSON-RPC error, which may be no answer. */
  protected abstract errorCame(error: JsonRpcError): void

  protected receiveAll(message: unknown): void {
    if (!Array.isArray(message)) return this.#receive(message)
    // A batch, as 2025-03-26 has them.
    for (const each of message as unknown[]) if (!this.settled) this.#receive(each)
  }

  #receive(message: unknown): void {
    if (!isObject(message)) return this.fault('sent something that is no JSON-RPC message')
    switch (messageKind(message, this.attempt)) {
      case 'notification':
        return this.#notified(message)
      case 'question':
        return this.#asked(message)
      case 'result':
        return this.answer(message as unknown as JsonRpcResponse)
      case 'error':
        return this.errorCame(message as unknown as JsonRpcError)
      case 'foreign':
        return this.fault(`answered request ${JSON.stringify(message['id'])}, which is not the one that was asked`)
      case 'none':
        return this.fault('sent something that is no JSON-RPC message')
    }
  }

  protected answer(response: JsonRpcResponse): void {
    const attempt = this.attempt
    const own = response as { id: JsonRpcId }
    own.id = attempt.request.id
    if (attempt.stream && 'result' in response) mapSubscription(response.result, attempt)
    const observed = this.lane.observes(this.request.method) ? this.lane.observe(this.request, response) : response
    const answer = attempt.era === this.lane.era ? observed : answerAcross(attempt, observed, this.lane)
    this.settle()
    if (answer instanceof PoolError) attempt.onFailure(answer)
    else attempt.onAnswer(answer)
  }

  #notified(message: JsonObject): void {
    const attempt = this.attempt
    const method = String(message['method'])
    if (method !== 'notifications/progress') this.lane.noticed(method)
    const mapped = mappedNotification(message, method, attempt)
    if (mapped === undefined) return
    const across = attempt.era !== this.lane.era ? notificationAcross(attempt, mapped) : this.lane.passes(mapped) ? mapped : undefined
    if (across !== undefined) attempt.onNotification(across)
  }

  #asked(message: JsonObject): void {
    const request = asRequest(message)
    if (request === undefined) return this.fault('asked something under an id that is none')
    const { channel } = this.lane
    if (this.lane.era === 'modern') return channel.report(protocolFailure(`asked ${request.method}, which servers of its revision must not`, channel.label))
    const sessionId = this.sessionId
    this.attempt.onRequest(request, (response) => {
      // Once this is over nobody waits, and the server may give the id to another question.
      if (!this.settled) this.lane.reply({ ...response, id: request.id }, sessionId)
    })
  }
}
