import type { ResolvedEtcdDiscovery } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import type { Milliseconds, Resolver, Timers } from '../../ports.js'
import { type Registry, RegistryWatch } from '../registry-watch.js'
import type { ResolverParts } from '../resolver-parts.js'
import { EtcdClient, type WatchMessage } from './etcd-client.js'
import { etcdEndpoint } from './etcd-entry.js'

/**
 * How long a watch may be silent before it is opened anew, where it left off. A gateway sends no sign of life: a connection that died
 * without a word, or a member that is stuck, looks like a registry in which nothing changes.
 */
const SILENCE: Milliseconds = 60_000

/** What is known of the prefix: how it was at a revision. */
interface Known {
  revision: number
  readonly cluster: unknown
  readonly endpoints: Map<string, object>
}

/**
 * Keys of etcd: all of them at one revision, then a watch from the next.
 *
 *     range ─▶ everything at 41 ─▶ watch from 42 ─▶ put, delete … ─▶ cut ─▶ watch from 57 (another member) …
 *                    ▲                                                         │
 *                    └──────────── compacted, or another cluster ◀─────────────┘
 *
 * A key whose lease runs out is deleted by etcd, and so is its endpoint gone.
 */
class EtcdRegistry implements Registry {
  readonly #client: EtcdClient
  readonly #silence: Milliseconds
  #known: Known | undefined

  constructor(options: ResolvedEtcdDiscovery, timers: Timers, silence: Milliseconds) {
    this.#client = new EtcdClient(options, timers)
    this.#silence = silence
  }

  async turn(found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<Milliseconds> {
    for (let failures = 1; ; failures++) {
      try {
        const known = (this.#known ??= await this.#read(found, signal))
        await this.#watch(known, found, signal)
        return 0
      } catch (error) {
        this.#client.next()
        // That one member fails is no matter while another answers.
        if (signal.aborted || failures >= this.#client.members) throw error
      }
    }
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #read(found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<Known> {
    const { revision, cluster, entries } = await this.#client.range(signal)
    const endpoints = new Map(entries.map(({ key, value }) => [key, etcdEndpoint(key, value)]))
    found([...endpoints.values()])
    return { revision, cluster, endpoints }
  }

  /** Resolves where the watch has to be opened anew, from what is known by then or from nothing. */
  async #watch(known: Known, found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<void> {
    let created = false
    let wanted = true
    const tell = (message: WatchMessage): boolean => {
      created ||= message.created
      wanted = this.#apply(known, message, found)
      return wanted
    }
    try {
      await this.#client.watch(known.revision + 1, this.#silence, signal, tell)
    } catch (error) {
      if (!created || !(error instanceof PoolError) || error.code !== 'REQUEST_TIMEOUT') throw error
      return
    }
    if (wanted) throw new PoolError('CONNECTION_LOST', 'etcd ended the watch', { progress: 'answered' })
    this.#known = undefined
  }

  /** `false`: what is known leads nowhere. */
  #apply(known: Known, { created, compacted, revision, cluster, events }: WatchMessage, found: (endpoints: readonly unknown[]) => void): boolean {
    // Older than what is known: data was lost, or this is another cluster. It would not tell of anything until it has caught up.
    if (compacted || cluster !== known.cluster || (created && revision < known.revision)) return false
    for (const { deleted, key, value, revision: changed } of events) {
      if (deleted) known.endpoints.delete(key)
      else known.endpoints.set(key, etcdEndpoint(key, value))
      known.revision = Math.max(known.revision, changed)
    }
    // A message without events tells how far the watch has come. With events it is not to be believed: more may follow of the same revision.
    if (events.length === 0 && !created) known.revision = Math.max(known.revision, revision)
    // Where the watch goes on after a failure: the set is what it was, and what was missed comes next.
    if (events.length > 0 || created) found([...known.endpoints.values()])
    return true
  }
}

export function etcdResolver(options: ResolvedEtcdDiscovery, parts: ResolverParts, silence: Milliseconds = SILENCE): Resolver {
  return new RegistryWatch(new EtcdRegistry(options, parts.timers, silence), parts)
}
