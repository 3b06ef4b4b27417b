import type { Outstanding } from '../ports.js'

/**
 * The attempts of one replica that have not ended, oldest first. The attempts are the links: to start and to settle is O(1)
 * and allocates nothing, and the oldest, whose age says most, stands in front.
 */
export class OpenAttempts {
  #oldest: Outstanding | undefined
  #newest: Outstanding | undefined

  get oldest(): Outstanding | undefined {
    return this.#oldest
  }

  add(attempt: Outstanding): void {
    attempt.older = this.#newest
    if (this.#newest === undefined) this.#oldest = attempt
    else this.#newest.newer = attempt
    this.#newest = attempt
  }

  /** `false`: it is not in the list (any more). */
  remove(attempt: Outstanding): boolean {
    const { older, newer } = attempt
    if (older === undefined && this.#oldest !== attempt) return false
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    attempt.older = undefined
    attempt.newer = undefined
    return true
  }
}
