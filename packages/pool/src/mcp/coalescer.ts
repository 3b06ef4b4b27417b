import { Alarm, type JsonRpcNotification, type Milliseconds, type Timers } from '../ports.js'

/**
 * One notification for what every replica says.
 *
 * The problem: after a deployment each of fifty replicas says `tools/list_changed`, and a client that asks again each
 * time asks fifty times. The first of a kind goes out at once; those within `window` after it become one more, at its
 * end, for the first answer may have come from a replica that had not changed yet.
 *
 *     in    x  x x         x
 *     out   x        x     x
 *           └─window─┘
 */
export class Coalescer {
  readonly #timers: Timers
  readonly #window: Milliseconds
  readonly #deliver: (notification: JsonRpcNotification) => void
  /** Kinds that went out less than a window ago. Bounded by list kinds and subscribed URIs, and empty when idle. */
  readonly #recent = new Map<string, Recent>()

  constructor(timers: Timers, window: Milliseconds, deliver: (notification: JsonRpcNotification) => void) {
    this.#timers = timers
    this.#window = window
    this.#deliver = deliver
  }

  add(notification: JsonRpcNotification): void {
    const uri = notification.params?.['uri']
    const key = typeof uri === 'string' ? `${notification.method} ${uri}` : notification.method
    const recent = this.#recent.get(key)
    if (recent !== undefined) {
      recent.pending = notification
      return
    }
    const opened = new Recent((next) => this.#windowOver(key, next))
    this.#recent.set(key, opened)
    this.#timers.set(opened, this.#window)
    this.#deliver(notification)
  }

  /** What is pending is dropped. */
  close(): void {
    for (const recent of this.#recent.values()) this.#timers.clear(recent)
    this.#recent.clear()
  }

  #windowOver(key: string, recent: Recent): void {
    const { pending } = recent
    if (pending === undefined) {
      this.#recent.delete(key)
      return
    }
    recent.pending = undefined
    this.#timers.set(recent, this.#window)
    this.#deliver(pending)
  }
}

class Recent extends Alarm {
  pending: JsonRpcNotification | undefined = undefined
  readonly #over: (recent: Recent) => void

  constructor(over: (recent: Recent) => void) {
    super()
    this.#over = over
  }

  override fire(): void {
    this.#over(this)
  }
}
