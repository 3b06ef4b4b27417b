import type { CallKind, Milliseconds, Outcome, Outstanding } from '../../ports.js'

/** How many attempts one client may have open at a time. Told of every attempt once when it starts and once when it ends, in any order of attempts. */
export interface Limit {
  /** One more attempt of that kind may start. */
  admits(kind: CallKind): boolean
  /** Attempts of all kinds that may be open now; undefined: any number. */
  readonly places: number | undefined
  /** There is no place left for an attempt of any kind. */
  readonly full: boolean
  started(attempt: Outstanding, now: Milliseconds): void
  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void
}

/** A limit wants at least one place: with none the client could never be used. */
export function checkPlaces(name: string, places: number): void {
  if (!Number.isInteger(places) || places < 1) throw new RangeError(`${name} must be a whole number of at least 1, got ${places}`)
}
