import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ResolvedEndpoint, resolveConfig } from '../config/index.js'
import { Subset, subsetOf } from './subset.js'

interface Server {
  readonly id: string
}

const server = (id: string): Server => ({ id })
const numbered = (count: number): Server[] => Array.from({ length: count }, (_, index) => server(`http://10.0.${index >> 8}.${index & 255}:8080/mcp`))

const sets = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 200 }).map((ids) => ids.map(server))
const sizes = fc.integer({ min: 1, max: 60 })
const workers = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('subsetOf', () => {
  it('chooses exactly so many, each of them once, and all where there are no more', () => {
    fc.assert(
      fc.property(sets, sizes, workers, (servers, size, worker) => {
        const chosen = subsetOf(servers, size, worker)
        expect(chosen).toHaveLength(Math.min(size, servers.length))
        expect(new Set(chosen).size).toBe(chosen.length)
        for (const each of chosen) expect(servers).toContain(each)
      }),
    )
  })

  it('does not depend on the order in which servers are named', () => {
    fc.assert(
      fc.property(
        sets.chain((servers) => fc.tuple(fc.constant(servers), fc.shuffledSubarray(servers, { minLength: servers.length }))),
        sizes,
        workers,
        ([servers, shuffled], size, worker) => {
          expect(subsetOf(shuffled, size, worker)).toEqual(subsetOf(servers, size, worker))
        },
      ),
    )
  })

  it('replaces the one that went, and nothing else; and makes room for one that came by giving up one at most', () => {
    fc.assert(
      fc.property(sets, fc.nat(), sizes, workers, (servers, at, size, worker) => {
        if (servers.length === 0) return
        const changing = servers[at % servers.length]!
        const withIt = subsetOf(servers, size, worker)
        const without = subsetOf(
          servers.filter((each) => each !== changing),
          size,
          worker,
        )
        expect(withIt.filter((each) => each !== changing && !without.includes(each))).toEqual([])
        if (!withIt.includes(changing)) expect(without).toEqual(withIt)
        expect(without.filter((each) => !withIt.includes(each)).length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('has a larger subset contain the smaller one', () => {
    fc.assert(
      fc.property(sets, sizes, workers, (servers, size, worker) => {
        expect(subsetOf(servers, size + 7, worker).slice(0, size)).toEqual(subsetOf(servers, size, worker))
      }),
    )
  })
})

/** How many workers each server has. */
function connections(servers: readonly Server[], size: number, workerNumbers: Iterable<number>): number[] {
  const counts = new Map(servers.map((each) => [each, 0]))
  for (const worker of workerNumbers) for (const each of subsetOf(servers, size, worker)) counts.set(each, counts.get(each)! + 1)
  return [...counts.values()]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const busiest = (counts: readonly number[]): number => Math.max(...counts) / (counts.reduce((sum, count) => sum + count, 0) / counts.length)

describe('a fleet', () => {
  it('of 1,000 workers and 1,000 servers: the busiest server has at most 1.15 times the mean', () => {
    expect(busiest(connections(numbered(1_000), 100, upTo(1_000)))).toBeLessThanOrEqual(1.15)
    expect(busiest(connections(numbered(1_000), 60, upTo(1_000)))).toBeLessThanOrEqual(1.15)
  })

  it.each([
    ['fewer workers than subsets', 7, 1_000, 100],
    ['one subset for each server', 10, 1_000, 100],
    ['nothing that divides anything', 977, 613, 23],
    ['many workers on few servers', 1_000, 60, 10],
    ['few workers', 100, 1_000, 20],
  ])('%s (%i on %i, %i each): servers differ by as much as the formula says', (_, workerCount, serverCount, size) => {
    const counts = connections(numbered(serverCount), size, upTo(workerCount))
    const mean = (workerCount * size) / serverCount
    const spread = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / serverCount)
    // What is not a whole number is rounded by somebody: a spread of up to a half.
    expect(spread).toBeLessThan(0.85 * Math.sqrt(mean / Math.sqrt(size)) + 0.5)
  })

  it('of workers with numbers by chance is as even as chance, and no worse', () => {
    const servers = numbered(500)
    const scattered = upTo(1_000).map((index) => Math.imul(index + 1, 0x9e3779b1) >>> 0)
    const shuffled = scattered.map((number, index) => (number ^ Math.imul(index, 0x5bd1e995)) >>> 0)
    const counts = connections(servers, 50, shuffled)
    const spread = Math.sqrt(counts.reduce((sum, count) => sum + (count - 100) ** 2, 0) / servers.length)
    expect(spread).toBeLessThan(1.3 * Math.sqrt(100))
  })

  it('moves one connection of each worker that had the server that goes, and no other', () => {
    const servers = numbered(300)
    const gone = servers[137]!
    const rest = servers.filter((each) => each !== gone)
    let moves = 0
    let had = 0
    for (const worker of upTo(300)) {
      const before = subsetOf(servers, 20, worker)
      const after = subsetOf(rest, 20, worker)
      if (before.includes(gone)) had++
      moves += after.filter((each) => !before.includes(each)).length
    }
    expect(moves).toBe(had)
    expect(had).toBeGreaterThan(10)
    expect(had).toBeLessThan(30)
  })
})

describe('Subset', () => {
  const endpoints = (ids: readonly string[], weight = 1): readonly ResolvedEndpoint[] =>
    resolveConfig({ endpoints: ids.map((id) => ({ id, url: `http://${id}.test/mcp`, weight })) }).endpoints

  it('is always that of the whole set, and tells how it changed, for any changes', () => {
    const ids = Array.from({ length: 40 }, (_, index) => `server-${index}`)
    const some = fc.subarray(ids, { maxLength: 12 })
    const changes = fc.array(fc.record({ found: some, gone: some, weight: fc.integer({ min: 1, max: 3 }) }), { maxLength: 20 })
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 20 }), workers, (sequence, size, worker) => {
        const subset = new Subset(size, worker)
        const all = new Map<string, ResolvedEndpoint>()
        const told = new Map<string, ResolvedEndpoint>()
        for (const { found: foundIds, gone, weight } of sequence) {
          const found = foundIds.length === 0 ? [] : endpoints(foundIds, weight)
          for (const id of gone) all.delete(id)
          for (const endpoint of found) all.set(endpoint.id, endpoint)
          const change = subset.change({ found, gone })
          for (const id of change.gone) expect(told.delete(id)).toBe(true)
          for (const endpoint of change.found) {
            expect(told.get(endpoint.id)).not.toBe(endpoint)
            told.set(endpoint.id, endpoint)
          }
          expect([...told.values()].sort(byId)).toEqual(subsetOf([...all.values()], size, worker).sort(byId))
        }
      }),
    )
  })

  it('says nothing of what is outside of it', () => {
    const subset = new Subset(3, 0)
    const all = endpoints(numbered(50).map((_, index) => `s${index}`))
    const used = subset.change({ found: all, gone: [] }).found
    expect(used).toHaveLength(3)
    const other = all.find((each) => !used.includes(each))!
    expect(subset.change({ found: endpoints([other.id], 5), gone: [] })).toEqual({ found: [], gone: [] })
    expect(subset.change({ found: [], gone: [other.id] })).toEqual({ found: [], gone: [] })
    expect(subset.change({ found: endpoints([used[1]!.id], 5), gone: [] }).found).toMatchObject([{ id: used[1]!.id, weight: 5 }])
  })
})

function byId(a: Server, b: Server): number {
  return a.id < b.id ? -1 : 1
}
