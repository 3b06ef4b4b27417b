/** Samples that count, once there were so many: between this and twice this. More would know the past better, fewer the present. */
const MEMORY = 64

/** Samples that are left of what was known once it proves wrong. */
const REST = 8

/**
 * What one kind of request takes at one client while there is little to do there: a mean of logarithms.
 *
 * All samples of late weigh alike. Of those that start together the quick ones end first and the slow ones last: a moving
 * average, in which the last weigh most, would take the slow ones for what is usual.
 */
export class Usual {
  #sum = 0
  #weight = 0

  /** Variance of the mean where it is best known, in variances of one sample. */
  static readonly leastDoubt: number = 1 / MEMORY

  get known(): boolean {
    return this.#weight > 0
  }

  /** NaN while nothing is known. */
  get mean(): number {
    return this.#sum / this.#weight
  }

  /** Variance of the mean, in variances of one sample; Infinity while nothing is known. */
  get doubt(): number {
    return 1 / this.#weight
  }

  took(logLatency: number): void {
    if (this.#weight >= 2 * MEMORY) this.#keep(MEMORY)
    this.#sum += logLatency
    this.#weight++
  }

  /** Everything takes longer by so much, in logarithms. What comes from here on counts for more. */
  shift(by: number): void {
    this.#sum += by * this.#weight
    if (this.#weight > REST) this.#keep(REST)
  }

  #keep(weight: number): void {
    this.#sum *= weight / this.#weight
    this.#weight = weight
  }
}
