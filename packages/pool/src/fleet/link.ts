import type { ConnectionListener, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, LiveConnection, ReportedMetrics } from '../ports.js'

/** The client that a link belongs to. */
export interface LinkOwner {
  notified(notification: JsonRpcNotification): void
  asked(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
  servesChanged(): void
  reported(metrics: ReportedMetrics): void
  sessionChanged(change: 'lost' | 'restored'): void
  erred(error: Error): void
  /** Not called before the link is taken: see `Link.lost`. */
  lost(error: Error): void
}

/**
 * One connection in the life of a client, which may have several, one after the other. What the connection says reaches the
 * client from when it is taken until it is let go; what an old connection says after its successor took over is nobody's
 * business. Questions are answered before it is taken too: servers ask as soon as they are initialized, and wait.
 */
export class Link implements ConnectionListener {
  readonly #owner: LinkOwner
  /** Set once it is made. */
  connection: LiveConnection | undefined
  /** Why it broke. */
  lost: Error | undefined
  #taken = false
  #letGo = false
  #closing: Promise<void> | undefined

  constructor(owner: LinkOwner) {
    this.#owner = owner
  }

  /** It takes its client's calls from now on. Throws why it broke, where it did so since it was made. */
  take(): LiveConnection {
    if (this.connection === undefined) throw new Error('a link is taken before its connection is made')
    if (this.lost !== undefined) throw this.lost
    this.#taken = true
    return this.connection
  }

  /** Hears nothing any more. */
  letGo(): void {
    this.#letGo = true
  }

  close(): Promise<void> {
    this.letGo()
    this.#closing ??= this.connection?.close() ?? Promise.resolve()
    return this.#closing
  }

  get #heard(): boolean {
    return this.#taken && !this.#letGo
  }

  onNotification(notification: JsonRpcNotification): void {
    if (this.#heard) this.#owner.notified(notification)
  }

  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    if (!this.#letGo) this.#owner.asked(request, reply)
  }

  onServesChanged(): void {
    if (this.#heard) this.#owner.servesChanged()
  }

  onMetrics(metrics: ReportedMetrics): void {
    if (this.#heard) this.#owner.reported(metrics)
  }

  onSession(change: 'lost' | 'restored'): void {
    if (this.#heard) this.#owner.sessionChanged(change)
  }

  onError(error: Error): void {
    if (this.#heard) this.#owner.erred(error)
  }

  onLost(error: Error): void {
    this.lost = error
    if (this.#heard) this.#owner.lost(error)
  }
}
