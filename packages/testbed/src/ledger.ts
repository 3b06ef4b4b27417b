/**
 * What a server has executed, counted outside of it.
 *
 * The problem: "was this unsafe call run twice?" is a question about the server, and the interesting servers are those
 * that die in the middle. A count inside such a server dies with it; so a server reports every execution through this
 * port and waits for the receipt before it answers. Whoever holds the ledger then knows of every execution that a client
 * may have an answer to.
 */
export interface Ledger {
  /** Counts one execution. The server's answer goes out only after this has returned or resolved. */
  record(tool: string, key: string): void | Promise<void>
}

interface Waiter {
  readonly tool: string
  readonly key: string | undefined
  readonly times: number
  readonly resolve: () => void
}

/** Counts in memory, and lets a test wait for an execution instead of sleeping until it has probably happened. */
export class MemoryLedger implements Ledger {
  readonly #counts = new Map<string, Map<string, number>>()
  readonly #waiters = new Set<Waiter>()

  record(tool: string, key: string): void {
    const keys = this.#counts.get(tool) ?? new Map<string, number>()
    this.#counts.set(tool, keys)
    keys.set(key, (keys.get(key) ?? 0) + 1)
    for (const waiter of this.#waiters) {
      if (this.count(waiter.tool, waiter.key) < waiter.times) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  /** Executions of a tool: under one key, or under all. */
  count(tool: string, key?: string): number {
    const keys = this.#counts.get(tool)
    if (keys === undefined) return 0
    if (key !== undefined) return keys.get(key) ?? 0
    let sum = 0
    for (const times of keys.values()) sum += times
    return sum
  }

  /** Keys under which a tool ran more than once: for an unsafe tool each is a defect of the client. */
  repeated(tool: string): string[] {
    return [...(this.#counts.get(tool) ?? [])].filter(([, times]) => times > 1).map(([key]) => key)
  }

  /** Resolves once the tool ran `times` times (in all, or under `key`); it may still be running then. */
  reached(tool: string, key?: string, times = 1): Promise<void> {
    if (this.count(tool, key) >= times) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.add({ tool, key, times, resolve }))
  }

  clear(): void {
    this.#counts.clear()
  }
}
