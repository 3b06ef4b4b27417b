import type { Member } from './member.js'
import type { FleetClient } from './fleet-client.js'

/**
 * Who is in the pool, and who of them may be given calls.
 *
 *     held     everybody who takes one of the `maxSize` places: being connected, there, or leaving
 *      └ listed   those who are there, or leaving: what `pool.clients` shows
 *         └ serving  those who are there to stay, fit or not: what `minSize` counts
 *            └ available  those who can take calls: the fit, and those who are out only for what their calls came to
 *               └ fit        those who are given calls
 *
 * Whoever gives out calls knows of all who are available, for in a panic, and for a trial, the ejected are used too.
 */
export class Roster {
  readonly #held = new Set<Member>()
  readonly #listed = new Map<string, Member>()
  readonly #onSnapshot: (available: readonly FleetClient[]) => void
  #available: readonly FleetClient[] = []
  #fit: readonly FleetClient[] = []
  #connecting = 0
  #serving = 0

  constructor(onSnapshot: (available: readonly FleetClient[]) => void) {
    this.#onSnapshot = onSnapshot
  }

  get held(): ReadonlySet<Member> {
    return this.#held
  }

  get listed(): ReadonlyMap<string, Member> {
    return this.#listed
  }

  get serving(): number {
    return this.#serving
  }

  get available(): readonly FleetClient[] {
    return this.#available
  }

  get fit(): readonly FleetClient[] {
    return this.#fit
  }

  /** Held, and not known to come to anything yet. */
  get connecting(): number {
    return this.#connecting
  }

  hold(member: Member): void {
    this.#held.add(member)
    this.#connecting++
  }

  list(member: Member): void {
    this.#listed.set(member.id, member)
    this.#connecting--
    this.#serving++
    this.publish()
  }

  /** It could not be connected. */
  dismiss(member: Member): void {
    this.#held.delete(member)
    this.#connecting--
  }

  /** It has begun to leave. */
  left(): void {
    this.#serving--
    this.publish()
  }

  /** Not shown any more, though it may still finish its calls. */
  unlist(member: Member): void {
    this.#listed.delete(member.id)
  }

  /** It is gone, and its place is free. */
  release(member: Member): void {
    this.#held.delete(member)
    this.#listed.delete(member.id)
  }

  clear(): void {
    this.#held.clear()
    this.#listed.clear()
    this.#connecting = 0
    this.#serving = 0
  }

  /** Computes who is fit and who is available, and tells if the latter changed. */
  publish(): void {
    const fit: FleetClient[] = []
    const available: FleetClient[] = []
    for (const { client, health, available: can } of this.#listed.values()) {
      if (health.fit) fit.push(client)
      if (can) available.push(client)
    }
    if (!same(fit, this.#fit)) this.#fit = fit
    if (!same(available, this.#available)) this.republish(available)
  }

  /** Tells also if the clients are the same: one of them has another connection. */
  republish(available: readonly FleetClient[] = [...this.#available]): void {
    this.#available = available
    this.#onSnapshot(available)
  }
}

function same(a: readonly FleetClient[], b: readonly FleetClient[]): boolean {
  return a.length === b.length && a.every((client, at) => client === b[at])
}
