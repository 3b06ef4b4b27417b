/** A connection that can hear of changes for its endpoint. */
export interface RotaMember {
  /** It is this one's turn. Called once. */
  listen(): void
}

/**
 * Who listens for an endpoint. All connections to it would hear the same, and each would keep a stream open for it; one is
 * enough, and when it goes the next takes over.
 */
export class ListenRota {
  readonly #members: RotaMember[] = []

  join(member: RotaMember): void {
    if (this.#members.includes(member)) return
    this.#members.push(member)
    if (this.#members.length === 1) member.listen()
  }

  leave(member: RotaMember): void {
    const at = this.#members.indexOf(member)
    if (at === -1) return
    this.#members.splice(at, 1)
    if (at === 0) this.#members[0]?.listen()
  }
}
