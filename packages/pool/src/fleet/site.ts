import { type BackoffLimits, fullJitter } from '../backoff.js'
import type { ResolvedEndpoint } from '../config/index.js'
import type { EndpointEra } from '../events.js'
import type { Milliseconds, Random } from '../ports.js'

/** Told when that changed by which sites are compared. */
export interface SiteOwner {
  siteChanged(site: Site): void
}

/**
 * - `listed`: one of the set of endpoints: the fleet connects here by its own doing.
 * - `named`: somebody named it to `createClient`; it is known as long as it has clients.
 * - `gone`: it was listed, and is not any more, or is described otherwise. Its clients finish what they have.
 */
export type Standing = 'listed' | 'named' | 'gone'

/** One endpoint, and what the fleet has there. */
export class Site {
  /** As it is described now: weight, tags and zone may change, the rest makes it another site. */
  endpoint: ResolvedEndpoint
  /** Being connected for the first time, and part of `population`. */
  connecting = 0
  /** What was spoken when a client was last connected here. */
  spoken: EndpointEra | undefined
  /** No client is connected before this by the fleet's own doing. */
  retryAt: Milliseconds = Number.NEGATIVE_INFINITY
  /** Belongs to `SiteRanks`: those that are its equals. */
  rank: Set<Site> | undefined
  readonly #owner: SiteOwner
  readonly #numbers = new Set<number>()
  #standing: Standing
  #population = 0
  #drained = false
  #owed = 0
  #failures = 0

  constructor(endpoint: ResolvedEndpoint, standing: Standing, owner: SiteOwner) {
    this.endpoint = endpoint
    this.#standing = standing
    this.#owner = owner
  }

  get standing(): Standing {
    return this.#standing
  }

  set standing(standing: Standing) {
    this.#standing = standing
    this.#owner.siteChanged(this)
  }

  /** Clients that are there to stay, those being connected included. */
  get population(): number {
    return this.#population
  }

  /** Takes no clients until somebody asks for one here by name. */
  get drained(): boolean {
    return this.#drained
  }

  set drained(drained: boolean) {
    this.#drained = drained
    if (drained) this.#owed = 0
    this.#owner.siteChanged(this)
  }

  /** Takes clients. */
  get open(): boolean {
    return !this.#drained && this.#standing !== 'gone'
  }

  /** Clients above `minSize` that gave up here, and are tried again when the endpoint is back. */
  get owed(): number {
    return this.#owed
  }

  /** The last connection that was tried here failed. */
  get failing(): boolean {
    return this.#failures > 0
  }

  /** Nobody is here, nor on the way out. */
  get empty(): boolean {
    return this.#numbers.size === 0 && this.#owed === 0
  }

  /**
   * Whether the fleet may connect here by its own doing. While connections fail it is one at a time: if the endpoint is still
   * down, one refusal says so as well as ten.
   */
  mayTry(now: Milliseconds): boolean {
    return this.open && (!this.failing || (now >= this.retryAt && this.connecting === 0))
  }

  /** A client comes. Its number is the lowest that is free, so that all workers number theirs alike. */
  enter(): number {
    let number = 1
    while (this.#numbers.has(number)) number++
    this.#numbers.add(number)
    this.#population++
    this.#owner.siteChanged(this)
    return number
  }

  /** A client is not there to stay any more. */
  lose(): void {
    this.#population--
    this.#owner.siteChanged(this)
  }

  /** A client is there no longer; only now its number is free. */
  leave(number: number): void {
    this.#numbers.delete(number)
  }

  /** A client gave up here; another is wanted when the endpoint is back. */
  owe(): void {
    this.#owed++
    this.#owner.siteChanged(this)
  }

  /** Somebody is connected here (again). */
  reachable(): void {
    this.#failures = 0
    this.retryAt = Number.NEGATIVE_INFINITY
    this.#owner.siteChanged(this)
  }

  /** A new client is connected. */
  gained(): void {
    if (this.#owed > 0) this.#owed--
    this.reachable()
  }

  refused(now: Milliseconds, limits: BackoffLimits, random: Random): void {
    this.retryAt = now + fullJitter(this.#failures, limits, random)
    this.#failures++
    this.#owner.siteChanged(this)
  }
}
