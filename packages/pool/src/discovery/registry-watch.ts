import { type BackoffLimits, fullJitter } from '../backoff.js'
import { Alarm, type Milliseconds, type Random, type Resolver, type ResolverListener, type Timers } from '../ports.js'
import type { ResolverParts } from './resolver-parts.js'
import { TurnBudget } from './turn-budget.js'

/** One kind of registry: how it is asked, and what its answer means. */
export interface Registry {
  /**
   * Asks once, and tells of what was found, which may be several times where the registry goes on telling. Resolves with how long
   * to wait before the next turn; rejects where the registry gave no answer that can be understood.
   */
  turn(found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<Milliseconds>
  /** Lets go of sockets. Never rejects. */
  close(): Promise<void>
}

const BACKOFF: BackoffLimits = { base: 1_000, max: 30_000 }

/**
 * Asks a registry again and again.
 *
 *     turn ─▶ found … ─▶ rest ─▶ turn ─▶ failed ─▶ backoff ─▶ turn …
 *
 * The problem: a registry is one for all, and everybody who watches it does the same at the same time. When it comes back after an
 * outage, a thousand workers ask at once; when something in it changes a hundred times a second, each of them asks as often. So failures
 * back off with full jitter, and turns have a budget: a few at once, so that a change is seen at once, then one a second.
 *
 * A turn that failed after it went well for a long time (a stream that was cut) starts the backoff anew.
 */
export class RegistryWatch extends Alarm implements Resolver {
  readonly #registry: Registry
  readonly #timers: Timers
  readonly #random: Random
  readonly #budget: TurnBudget
  readonly #closing: AbortController = new AbortController()
  #wake: (() => void) | undefined
  #running: Promise<void> | undefined

  constructor(registry: Registry, { timers, random }: ResolverParts) {
    super()
    this.#registry = registry
    this.#timers = timers
    this.#random = random
    this.#budget = new TurnBudget(timers)
  }

  watch(listener: ResolverListener): void {
    // One microtask later, and so not before this returns.
    this.#running ??= Promise.resolve().then(() => this.#run(listener))
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the resolver is closed'))
    this.#timers.clear(this)
    this.#wake?.()
    await this.#registry.close()
    await this.#running
  }

  override fire(): void {
    this.#wake?.()
  }

  async #run(listener: ResolverListener): Promise<void> {
    const { signal } = this.#closing
    const found = (endpoints: readonly unknown[]): void => {
      if (!signal.aborted) listener.onFound(endpoints)
    }
    let failures = 0
    while (!signal.aborted) {
      const began = this.#timers.now()
      let rest: Milliseconds
      try {
        rest = await this.#registry.turn(found, signal)
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        if (this.#timers.now() - began >= BACKOFF.max) failures = 0
        rest = fullJitter(failures, BACKOFF, this.#random)
        failures++
        listener.onError(error instanceof Error ? error : new Error(String(error)))
      }
      await this.#sleep(Math.max(rest, this.#budget.spend()))
    }
  }

  /** Until the alarm fires, or the resolver is closed. */
  async #sleep(delay: Milliseconds): Promise<void> {
    if (delay <= 0 || this.#closing.signal.aborted) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#timers.set(this, delay)
    })
  }
}
