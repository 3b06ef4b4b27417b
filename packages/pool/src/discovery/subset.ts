import { hash } from '../hash.js'
import type { ResolvedEndpoint } from '../config/index.js'
import type { EndpointChanges } from '../fleet/index.js'
import { placeOf, reversed } from './ranking.js'

interface Ranked<T> {
  server: T
  readonly id: string
  readonly place: number
}

/**
 * Which `size` of the servers a worker connects to, where many workers share many servers: known from their ids and the worker's number alone.
 *
 * Every worker ranks all servers and takes the first `size`. With rankings drawn at random a server would have as many workers as chance wants: of a
 * thousand with 100 each on average the busiest has 130. So the rankings of different workers are not independent. Of any 2^n workers with
 * neighbouring numbers (the 2^n from a multiple of 2^n on), one has a given server in the first 2^n-th part of its ranking, one in the second,
 * and so on, for every n at once (a (0,1)-sequence in base 2, scrambled for each server: Owen 1995):
 *
 *     worker                         0   1   2   3   4   5   6   7
 *     place of a server, of eight    5   1   6   3   4   0   2   7
 *     one in each half               └───┘   └───┘   └───┘   └───┘
 *     one in each quarter            └───────────┘   └───────────┘
 *
 * Left to chance are the ends: who a worker's last few servers are. That makes a spread of 0.75 × √(mean / √size) connections instead of √mean. Of a
 * thousand servers of a thousand workers the busiest has about 1.08 times the mean with a subset of 100, 1.13 times with 50, and 1.27 times with 20
 * (`npm run bench -- discovery`).
 *
 * A change of the set moves as little as can be. Who lost a server must take another, and takes the next in its ranking; who has a new one among its
 * first `size` gives up its last; everybody else stays. So for a change of one nobody moves more than one connection, and all together as many as the
 * server had or will have. Workers that come and go move nobody. A rule that is more even than this moves more: it has to move workers whose
 * servers are all still there.
 *
 * @param servers of different ids, in any order
 * @param worker its number, 0 … 2^32 − 1: see `workerNumber`
 * @returns the first in the ranking first; all where there are no more than `size`
 */
export function subsetOf<T extends { readonly id: string }>(servers: readonly T[], size: number, worker: number): T[] {
  const bits = reversed(worker)
  const ranking = servers.map((server) => rankedBy(bits, server)).sort(byPlace)
  return ranking.slice(0, size).map(({ server }) => server)
}

/** The subset of a set that changes. A change costs its own size, and one way through the set. */
export class Subset {
  readonly #size: number
  /** The worker's number, with its bits reversed. */
  readonly #bits: number
  readonly #byId = new Map<string, Ranked<ResolvedEndpoint>>()
  /** Sorted. */
  #ranking: Array<Ranked<ResolvedEndpoint>> = []

  constructor(size: number, worker: number) {
    this.#size = size
    this.#bits = reversed(worker)
  }

  /** The whole set changes; returned is how the subset does. */
  change({ found, gone }: EndpointChanges): EndpointChanges {
    const before = new Set(this.#ranking.slice(0, this.#size))
    const described = new Set<Ranked<ResolvedEndpoint>>()
    const left = new Set<Ranked<ResolvedEndpoint>>()
    for (const id of gone) {
      const ranked = this.#byId.get(id)
      if (ranked === undefined) continue
      this.#byId.delete(id)
      left.add(ranked)
    }
    if (left.size > 0) this.#ranking = this.#ranking.filter((ranked) => !left.has(ranked))
    const known = this.#ranking.length
    for (const endpoint of found) {
      const ranked = this.#byId.get(endpoint.id)
      if (ranked === undefined) this.#ranking.push(this.#add(endpoint))
      else {
        ranked.server = endpoint
        described.add(ranked)
      }
    }
    // What is nearly sorted is sorted in one way through it.
    if (this.#ranking.length > known) this.#ranking.sort(byPlace)
    const after = this.#ranking.slice(0, this.#size)
    const news = after.filter((ranked) => described.has(ranked) || !before.has(ranked))
    for (const ranked of after) before.delete(ranked)
    return { found: news.map(({ server }) => server), gone: [...before].map(({ id }) => id) }
  }

  #add(endpoint: ResolvedEndpoint): Ranked<ResolvedEndpoint> {
    const ranked = rankedBy(this.#bits, endpoint)
    this.#byId.set(endpoint.id, ranked)
    return ranked
  }
}

function rankedBy<T extends { readonly id: string }>(bits: number, server: T): Ranked<T> {
  return { server, id: server.id, place: placeOf(hash(server.id), bits) }
}

/** Two servers with one hash, one pair in four thousand million, are neighbours in every ranking. */
function byPlace(a: Ranked<unknown>, b: Ranked<unknown>): number {
  return a.place - b.place || (a.id < b.id ? -1 : 1)
}
