import { PoolError } from '../../errors.js'
import type { Attempt, Era, Exchange, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, Milliseconds, ServerFacts } from '../../ports.js'
import type { OwnedSession, Seat } from '../session.js'
import { type AskPorts, askChannel } from './channel-ask.js'
import { ChannelExchange, type ExchangeHome } from './channel-exchange.js'
import type { Channel, ChannelOwner, Reply } from './channel.js'
import type { Introduction } from './handshakes.js'
import type { MetChannel } from './meet.js'

export interface ChannelSeatParts {
  readonly clientId: string
  readonly ports: AskPorts
  /** For opening the session and bringing it to where it was. */
  readonly timeout: Milliseconds
  readonly facts: ServerFacts
  readonly open: (introduction: Introduction, owner: ChannelOwner, signal: AbortSignal) => Promise<MetChannel>
  readonly observe: (request: JsonRpcRequest, response: JsonRpcResponse) => JsonRpcResponse
  /** The session is not here any more. */
  readonly over: () => void
  readonly report: (error: Error) => void
}

/**
 * A caller's own session at a server that has one session for each process or stream: a process or a stream of its own, with
 * that caller's `initialize`. Attempts wait for it to open.
 */
export class ChannelSeat implements Seat, ChannelOwner, ExchangeHome {
  readonly client: string
  readonly era: Era = 'legacy'
  readonly facts: ServerFacts
  readonly label: string
  readonly #session: OwnedSession
  readonly #parts: ChannelSeatParts
  readonly #opening: Promise<Channel | undefined>
  #waiting: Array<readonly [ChannelExchange, Attempt]> = []
  #channel: Channel | undefined
  #outstanding = 0
  #state: 'here' | 'leaving' | 'gone' = 'here'
  #left: (() => void) | undefined
  readonly #abort = new AbortController()

  constructor(session: OwnedSession, parts: ChannelSeatParts) {
    this.client = parts.clientId
    this.facts = parts.facts
    this.label = parts.ports.label
    this.#session = session
    this.#parts = parts
    this.#opening = this.#open()
  }

  start(attempt: Attempt): Exchange {
    const exchange = new ChannelExchange(this, attempt)
    this.#outstanding++
    if (this.#channel === undefined && this.#state === 'here') this.#waiting.push([exchange, attempt])
    else if (this.#channel !== undefined) exchange.send(this.#channel, attempt.request)
    else exchange.settle(new PoolError('SESSION_LOST', `the session at ${this.label} is gone`, { progress: 'refused', endpoint: this.label }))
    return exchange
  }

  observe(request: JsonRpcRequest, response: JsonRpcResponse): JsonRpcResponse {
    this.#session.memory.learn(request, response)
    return this.#parts.observe(request, response)
  }

  passes(notification: JsonRpcNotification): boolean {
    return this.#session.memory.passes(notification)
  }

  over(): void {
    this.#outstanding--
    if (this.#outstanding === 0) this.#left?.()
  }

  async notify(notification: JsonRpcNotification): Promise<void> {
    const channel = await this.#opening
    await channel?.notify(notification)
  }

  /** The session goes elsewhere: what is outstanding is finished first. */
  async leave(): Promise<void> {
    if (this.#state !== 'here') return
    this.#state = 'leaving'
    await this.#opening
    if (this.#outstanding > 0) await new Promise<void>((resolve) => (this.#left = resolve))
    await this.close()
  }

  async close(): Promise<void> {
    this.#vacate()
    this.#abort.abort()
    const channel = this.#channel ?? (await this.#opening)
    await channel?.close()
  }

  async #open(): Promise<Channel | undefined> {
    const { protocolVersion, clientInfo, capabilities } = this.#session.parameters
    let opened: Channel | undefined
    try {
      const { channel } = await this.#parts.open({ clientInfo, capabilities, legacyVersion: protocolVersion }, this, this.#abort.signal)
      opened = channel
      for (const { method, params } of this.#session.memory.restoring()) await askChannel(channel, this.#parts.ports, method, params, this.#parts.timeout)
      if (this.#state === 'gone' || !channel.isOpen) throw new PoolError('SESSION_LOST', `the session at ${this.label} ended at once`, { endpoint: this.label })
      this.#channel = channel
      this.#session.opened(this)
      for (const [exchange, attempt] of this.#waiting.splice(0)) exchange.send(channel, attempt.request)
      return channel
    } catch (error) {
      const failure = error instanceof PoolError ? error : new PoolError('CONNECT_FAILED', String(error), { endpoint: this.label, cause: error })
      // Nothing of the calls that waited has left.
      const refused = new PoolError(failure.code, failure.message, { progress: 'refused', endpoint: this.label, cause: failure })
      this.#vacate()
      await opened?.close()
      for (const [exchange] of this.#waiting.splice(0)) exchange.settle(refused)
      return undefined
    }
  }

  /** The next attempt of the session may be made anywhere. */
  #vacate(): void {
    if (this.#state === 'gone') return
    this.#state = 'gone'
    this.#session.vacate(this)
    this.#parts.over()
  }

  // ── From the channel ─────────────────────────────────────────────────────────────────────────────────────────────

  onNotification(notification: JsonRpcNotification): void {
    if (this.#state !== 'gone') this.#session.listener.onNotification(notification)
  }

  onRequest(request: JsonRpcRequest, reply: Reply): void {
    if (this.#state !== 'gone') this.#session.listener.onRequest(request, reply)
  }

  onError(error: Error): void {
    this.#parts.report(error)
  }

  onEnd(): void {
    this.#vacate()
  }
}
