import { checkPlaces, type Limit } from './limit.js'

/** A number of places that somebody chose. */
export class FixedLimit implements Limit {
  readonly places: number
  #taken = 0

  constructor(places: number) {
    checkPlaces('maxConcurrentRequestsPerClient', places)
    this.places = places
  }

  /** More than there are, where attempts started that were not asked for. */
  get taken(): number {
    return this.#taken
  }

  get full(): boolean {
    return this.#taken >= this.places
  }

  admits(): boolean {
    return this.#taken < this.places
  }

  started(): void {
    this.#taken++
  }

  settled(): void {
    this.#taken--
  }
}
