/** How many standard errors off is no accident, where a failure more or less is concerned. */
const FAILURES_APART = 2

/**
 * What was seen under load since the limit was last looked at.
 *
 * Latencies are taken as how far they are off what is usual for their kind, in logarithms: so a tool of 60 s and one of 10 ms say
 * the same thing in the same unit, and one answer that took ever so long does not make a mean.
 */
export class LoadWindow {
  #ended = 0
  #failed = 0
  #samples = 0
  #sum = 0
  #squares = 0
  #doubt = 0

  /** Attempts that ended. */
  get ended(): number {
    return this.#ended
  }

  /** More was asked for of which nobody knows what is usual than of what is known. */
  get strange(): boolean {
    return this.#ended - this.#failed > 2 * this.#samples
  }

  /** Mean doubt of what is usual; 1 where nothing is known. */
  get doubt(): number {
    return this.#samples > 0 ? this.#doubt / this.#samples : 1
  }

  failed(): void {
    this.#ended++
    this.#failed++
  }

  /** Of a kind of which nothing is known. */
  answered(): void {
    this.#ended++
  }

  /** `off`: in logarithms, from what is usual; `doubt` of that. */
  took(off: number, doubt: number): void {
    this.#ended++
    this.#samples++
    this.#sum += off
    this.#squares += off * off
    this.#doubt += doubt
  }

  /**
   * How much slower than usual, in logarithms, beyond what may be an accident: one standard error of the difference between two
   * means, of the samples here and of those behind what is usual.
   */
  get slowness(): number {
    const n = this.#samples
    if (n < 2) return 0
    const mean = this.#sum / n
    const variance = Math.max(0, this.#squares / n - mean * mean)
    return Math.max(0, mean - Math.sqrt(variance * (1 / n + this.doubt)))
  }

  /** The share that failed beyond `usual`, and beyond accident; `doubt` of what is usual. */
  failures(usual: number, doubt: number): number {
    if (this.#ended === 0) return 0
    const share = this.#failed / this.#ended
    return Math.max(0, share - usual - FAILURES_APART * Math.sqrt(share * (1 - share) * (1 / this.#ended + doubt)))
  }

  clear(): void {
    this.#ended = 0
    this.#failed = 0
    this.#samples = 0
    this.#sum = 0
    this.#squares = 0
    this.#doubt = 0
  }
}
