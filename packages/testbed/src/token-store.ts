import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  readonly expires: number
}

/** What an authorization server knows of its tokens. `oidc-provider` would keep this in one place for all servers of the process. */
export class TokenStore {
  readonly #entries = new Map<string, Entry>()

  clear(): void {
    this.#entries.clear()
  }

  /** The adapter that `oidc-provider` makes for each kind of thing it stores. */
  adapter(kind: string): Adapter {
    const entries = this.#entries
    const at = (id: string): string => `${kind}:${id}`
    return {
      upsert: async (id, payload, seconds) => {
        entries.set(at(id), { payload, expires: seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1_000 })
      },
      find: async (id) => {
        const entry = entries.get(at(id))
        return entry !== undefined && entry.expires > Date.now() ? entry.payload : undefined
      },
      destroy: async (id) => void entries.delete(at(id)),
      consume: async () => {},
      findByUid: async () => undefined,
      findByUserCode: async () => undefined,
      revokeByGrantId: async () => {},
    }
  }
}
