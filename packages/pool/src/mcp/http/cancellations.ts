/** At a time, each on a socket besides those of calls. */
const MOST_UNDER_WAY = 8
const MOST_WAITING = 1_000

/**
 * Tells a legacy server over one connection which requests were given up, a few at a time.
 *
 * Why not at once? The calls to an overloaded server run out of time together, and as many more connections would be opened
 * to it in that moment. A server that takes one of these messages not in time is told no more of those that wait by then:
 * what it hears later than the answer would have come helps nobody.
 */
export class Cancellations {
  #underWay = 0
  #waiting: Array<() => Promise<unknown>> = []

  /** `send` resolves when the server has taken the message, and rejects where it did not. */
  tell(send: () => Promise<unknown>): void {
    if (this.#underWay < MOST_UNDER_WAY) this.#send(send)
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(send)
  }

  #send(send: () => Promise<unknown>): void {
    this.#underWay++
    send()
      .catch(() => {
        // The request was given up: whether the server heard of it changes nothing.
        this.#waiting = []
      })
      .finally(() => {
        this.#underWay--
        const next = this.#waiting.shift()
        if (next !== undefined) this.#send(next)
      })
  }
}
