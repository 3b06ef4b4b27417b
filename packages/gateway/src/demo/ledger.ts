/** Executions of unsafe calls by the servers' own reports. Held by the parent, for servers are killed. */
export class Ledger {
  readonly #counts = new Map<string, number>()

  record(key: string): void {
    this.#counts.set(key, this.count(key) + 1)
  }

  count(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  /** Keys that were executed more than once. */
  get repeated(): number {
    let repeated = 0
    for (const count of this.#counts.values()) if (count > 1) repeated++
    return repeated
  }
}
