import type { Milliseconds } from '../ports.js'

export interface AffinityOptions {
  /** Keys that are kept; beyond that the one that was not used for the longest time goes. Range 1 … 10,000,000. @default 100_000 */
  readonly maxKeys?: number
  /** For how long an unused key is kept. Range over 0 ms; Infinity: until it is pushed out. @default 3_600_000 */
  readonly timeout?: Milliseconds
}

class Binding {
  key: string
  client: string
  usedAt: Milliseconds
  /** Neighbours in the order of use. */
  before: Binding = this
  after: Binding = this

  constructor(key: string, client: string, usedAt: Milliseconds) {
    this.key = key
    this.client = client
    this.usedAt = usedAt
  }
}

/**
 * Which client each affinity key belongs to, once it has been served.
 *
 * Rendezvous hashing would do without a table, but then every replica that comes moves keys to it, and with them whatever it
 * had kept warm for them. What is bound stays; the table only has to be bounded, for keys come from callers. When it is full the
 * key goes that was unused for the longest time: it falls back on hashing, and mostly on the same client.
 *
 *     ring, by use:   oldest ⇄ … ⇄ newest
 *     map, by key:    every binding
 *
 * All in O(1) and without timers: what has expired is dropped when it is met, or from the old end when something is bound.
 */
export class Affinity {
  readonly #maxKeys: number
  readonly #timeout: Milliseconds
  readonly #byKey = new Map<string, Binding>()
  /** Fixed point of the ring: `after` is the oldest, `before` the newest. */
  readonly #ring = new Binding('', '', 0)

  constructor(options: AffinityOptions = {}) {
    this.#maxKeys = options.maxKeys ?? 100_000
    this.#timeout = options.timeout ?? 3_600_000
  }

  /** Bindings, some of which may have expired. */
  get size(): number {
    return this.#byKey.size
  }

  /** The client of `key`, and a use of it. */
  use(key: string, now: Milliseconds): string | undefined {
    const binding = this.#live(key, now)
    if (binding === undefined) return undefined
    binding.usedAt = now
    this.#toNewest(binding)
    return binding.client
  }

  /** The same without using it. */
  get(key: string, now: Milliseconds): string | undefined {
    return this.#live(key, now)?.client
  }

  set(key: string, client: string, now: Milliseconds): void {
    let binding = this.#byKey.get(key)
    if (binding === undefined) {
      binding = this.#byKey.size < this.#maxKeys ? new Binding(key, client, now) : this.#recycleOldest(key)
      this.#byKey.set(key, binding)
      this.#dropExpired(now)
    }
    binding.client = client
    binding.usedAt = now
    this.#toNewest(binding)
  }

  delete(key: string): boolean {
    const binding = this.#byKey.get(key)
    if (binding === undefined) return false
    this.#drop(binding)
    return true
  }

  /** Drops all keys of a client that is gone for good. Looks at every key. */
  forget(client: string): void {
    for (const binding of this.#byKey.values()) if (binding.client === client) this.#drop(binding)
  }

  clear(): void {
    this.#byKey.clear()
    this.#ring.after = this.#ring
    this.#ring.before = this.#ring
  }

  /** Key and client, in no order that means anything. Bindings may be changed and deleted meanwhile, as in a Map. */
  *entries(now: Milliseconds): Generator<[key: string, client: string]> {
    for (const [key, binding] of this.#byKey) {
      if (!this.#expired(binding, now)) yield [key, binding.client]
    }
  }

  #live(key: string, now: Milliseconds): Binding | undefined {
    const binding = this.#byKey.get(key)
    if (binding === undefined || !this.#expired(binding, now)) return binding
    this.#drop(binding)
    return undefined
  }

  #expired(binding: Binding, now: Milliseconds): boolean {
    return now - binding.usedAt > this.#timeout
  }

  /** Two for each that is bound, so that the table shrinks again after a rush. */
  #dropExpired(now: Milliseconds): void {
    for (let i = 0; i < 2; i++) {
      const oldest = this.#ring.after
      if (oldest === this.#ring || !this.#expired(oldest, now)) return
      this.#drop(oldest)
    }
  }

  #recycleOldest(key: string): Binding {
    const oldest = this.#ring.after
    this.#drop(oldest)
    oldest.key = key
    return oldest
  }

  #drop(binding: Binding): void {
    this.#byKey.delete(binding.key)
    unlink(binding)
  }

  #toNewest(binding: Binding): void {
    const ring = this.#ring
    if (ring.before === binding) return
    unlink(binding)
    binding.before = ring.before
    binding.after = ring
    ring.before.after = binding
    ring.before = binding
  }
}

/** Leaves it linked to itself. */
function unlink(binding: Binding): void {
  binding.before.after = binding.after
  binding.after.before = binding.before
  binding.before = binding
  binding.after = binding
}
