import type { Milliseconds, Random } from '../../ports.js'

/** Attempts in a row that bring nothing new. */
const MAX_TRIES = 4
const BASE: Milliseconds = 250
/** Between tries, or a server that ends each of them at once would be asked on every tick. */
export const MIN_DELAY: Milliseconds = 100
/** A server that names a wait gets it; none may hold an attempt, or keep a stream closed, for longer than anybody waits. */
export const MAX_DELAY: Milliseconds = 300_000

/**
 * From where, and when, a broken stream of the legacy era is continued (2025-11-25, `basic/transports#resumability-and-redelivery`).
 *
 * A server may close the connection after any event and be asked again, as often as it likes: what is bounded is how often
 * in a row it brings nothing new. Its `retry` is honoured; where there is none the first try is at once, and those that
 * follow one in vain back off.
 */
export class Resumption {
  #lastEventId: string | undefined
  /** In a row that brought nothing new. */
  #tries = 0
  #first = true
  /** What the server said last. */
  retry: Milliseconds | undefined = undefined

  constructor(lastEventId: string | undefined) {
    this.#lastEventId = lastEventId
  }

  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  /** An event came; true where its id is another than the last. */
  reached(id: string): boolean {
    if (this.#lastEventId === id) return false
    this.#tries = 0
    this.#lastEventId = id
    return true
  }

  /** How long to wait before the next try; undefined: there is nothing to continue from, or it was tried often enough. */
  next(random: Random): Milliseconds | undefined {
    if (this.#lastEventId === undefined || this.#tries >= MAX_TRIES) return undefined
    const tries = this.#tries++
    const backoff = tries === 0 ? 0 : random() * BASE * 2 ** tries
    const least = this.#first ? 0 : MIN_DELAY
    this.#first = false
    return Math.min(Math.max(this.retry ?? 0, backoff, least), MAX_DELAY)
  }
}

/** 5xx and 429 pass, and so does 409: the server has not seen yet that the stream broke. Anything else says that it is not there any more. */
export function mayResumeLater(status: number): boolean {
  return status >= 500 || status === 429 || status === 409
}
