import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'
import type { OwnSession, SessionListener, SessionParameters } from './engine.js'
import { SessionMemory } from './session-memory.js'

const ACCEPTED: JsonRpcResponse = { jsonrpc: '2.0', id: 0, result: {} }

/** Where a session is open, or is being opened: held by the connection, known to the session. */
export interface Seat {
  /** Id of the pooled client. */
  readonly client: string
  /** Of the endpoint, for people. */
  readonly label: string
  notify(notification: JsonRpcNotification): Promise<void>
  /** The session goes elsewhere or ends: what is outstanding on it is finished, then the server is told. Never rejects. */
  leave(): Promise<void>
}

export type SessionChange = 'lost' | 'restored'

/**
 * A session of the legacy era that belongs to one caller: its own `initialize`, its own log level and subscriptions,
 * never shared with anybody. It is opened where its first attempt starts, and again wherever an attempt starts after it
 * was lost; in between `client` is undefined, and any legacy replica may be picked.
 *
 * Kinds of connections differ in how a session is opened; they only agree on the seat.
 *
 *     start(attempt)  ─▶ take(seat)    from here on `client` tells the picker where to go
 *     404, socket gone ─▶ vacate(seat)
 */
export class OwnedSession implements OwnSession {
  readonly parameters: SessionParameters
  readonly listener: SessionListener
  readonly memory: SessionMemory = new SessionMemory()
  readonly #onChange: (change: SessionChange, seat: Seat) => void
  #seat: Seat | undefined
  /** `lost`: it was open, and is to be opened again with the next attempt. */
  #state: 'new' | 'open' | 'lost' = 'new'
  #closed = false

  constructor(parameters: SessionParameters, listener: SessionListener, onChange: (change: SessionChange, seat: Seat) => void = () => {}) {
    this.parameters = parameters
    this.listener = listener
    this.#onChange = onChange
  }

  get client(): string | undefined {
    return this.#seat?.client
  }

  get logLevel(): string | undefined {
    return this.memory.logLevel
  }
  set logLevel(level: string | undefined) {
    this.memory.logLevel = level
  }

  remember(request: Pick<JsonRpcRequest, 'method' | 'params'>): void {
    this.memory.learn(request, ACCEPTED)
  }

  get closed(): boolean {
    return this.#closed
  }

  get seat(): Seat | undefined {
    return this.#seat
  }

  /** A connection opens the session. Wherever else it was, it leaves. */
  take(seat: Seat): void {
    const left = this.#seat
    this.#seat = seat
    if (left === undefined || left === seat) return
    this.#lost(left)
    void left.leave()
  }

  /** It is open at that seat. */
  opened(seat: Seat): void {
    if (this.#seat !== seat) return
    const again = this.#state === 'lost'
    this.#state = 'open'
    if (again) this.#onChange('restored', seat)
  }

  /** The session is not open there any more. No effect once it was taken elsewhere. */
  vacate(seat: Seat): void {
    if (this.#seat !== seat) return
    this.#seat = undefined
    this.#lost(seat)
  }

  #lost(seat: Seat): void {
    if (this.#state !== 'open' || this.#closed) return
    this.#state = 'lost'
    this.#onChange('lost', seat)
  }

  async notify(notification: JsonRpcNotification): Promise<void> {
    await this.#seat?.notify(notification)
  }

  async close(): Promise<void> {
    this.#closed = true
    const seat = this.#seat
    this.#seat = undefined
    await seat?.leave()
  }
}
