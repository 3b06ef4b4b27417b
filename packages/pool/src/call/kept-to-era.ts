import type { CallKind, Era } from '../ports.js'

/**
 * Kinds of request in which servers ask their caller something, which cannot be brought to a caller of the other era. Nobody knows that before the
 * server asks, and then it may have run: so it is remembered, and from then on such requests go to replicas of their caller's era alone.
 *
 * Bounded by the interner of kinds.
 */
export class KeptToEra {
  readonly #kinds: Readonly<Record<Era, Set<CallKind>>> = { legacy: new Set(), modern: new Set() }

  /** A question came to a caller of `era` that could not be brought there. */
  add(kind: CallKind, era: Era): void {
    this.#kinds[era].add(kind)
  }

  /** Era of the replicas that should serve it; undefined: either. */
  of(kind: CallKind, era: Era): Era | undefined {
    return this.#kinds[era].has(kind) ? era : undefined
  }

  /** Replicas, or what they serve, are not what they were. */
  forget(): void {
    this.#kinds.legacy.clear()
    this.#kinds.modern.clear()
  }
}
