import { hash } from '../balance/index.js'
import { placeOf, reversed } from './ranking.js'

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
 * thousand servers of a thousand workers the busiest has about 1.08 times the mean with a subset of 100, 1.13 times with 50, and 1.26 times with 20
 * (`npm run bench -- discovery`).
 *
 * A change of the set moves as little as can be. Who lost a server must take another, and takes the next in its ranking; who has a new one among its
 * first `size` gives up its last; everybody else stays. So for a change of one nobody moves more than one connection, and all together as many as the
 * server had or will have. Workers that come and go move nobody. Any rule that is more even than this moves more: it has to move workers whose
 * servers are all still there.
 *
 * @param servers of different ids, in any order
 * @param worker its number, 0 … 2^32 − 1: see `workerNumber`
 * @returns the first in the ranking first; all where there are no more than `size`
 */
export function subsetOf<T extends { readonly id: string }>(servers: readonly T[], size: number, worker: number): T[] {
  // Those below are twice as many as are wanted, give or take the root of that: the others need not be sorted.
  const limit = (UNITY * (2 * size + 16)) / servers.length
  const ranked = rankedBelow(limit, servers, worker)
  return (ranked.length >= size ? ranked : rankedBelow(UNITY, servers, worker)).slice(0, size).map(({ server }) => server)
}

const UNITY = 2 ** 32

interface Ranked<T> {
  readonly server: T
  readonly place: number
}

function rankedBelow<T extends { readonly id: string }>(limit: number, servers: readonly T[], worker: number): Array<Ranked<T>> {
  const bits = reversed(worker)
  const ranked: Array<Ranked<T>> = []
  for (const server of servers) {
    const place = placeOf(hash(server.id), bits)
    if (place < limit) ranked.push({ server, place })
  }
  // Two servers with one hash, one pair in four thousand million, are neighbours in every ranking.
  return ranked.sort((a, b) => a.place - b.place || (a.server.id < b.server.id ? -1 : 1))
}
