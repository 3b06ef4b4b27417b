import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BareAttempt, ScriptedTarget } from '../../testing/scripted-target.js'
import { seededRandom } from '../../testing/seeded-random.js'
import { CallKinds } from '../call-kinds.js'
import { Candidates } from '../candidates.js'
import { leastLoad } from './least-load.js'
import type { Policy } from './policy.js'
import { uniformly } from './random.js'
import { RoundRobin } from './round-robin.js'
import { weighted, weightOf } from './weighted.js'

const KIND = new CallKinds().kindOf('ping')
const SEEDS = [1, 2, 3]
const DRAWS = 20_000

function fleet(count: number, outstanding: (i: number) => number = () => 0, weight: (i: number) => number = () => 1): ScriptedTarget[] {
  return Array.from({ length: count }, (_, i) => {
    const target = new ScriptedTarget(`server-${i}`, { weight: weight(i) })
    for (let n = outstanding(i); n > 0; n--) target.load.started(new BareAttempt(KIND), 0)
    return target
  })
}

function frequencies(policy: Policy, candidates: Candidates, seed: number): number[] {
  const random = seededRandom(seed)
  const counts = candidates.targets.map(() => 0)
  for (let i = 0; i < DRAWS; i++) counts[policy(candidates, 0, random)]!++
  return counts
}

/** Those drawn more or less often than their probability says, by over five standard deviations: one false alarm in a million and a half. */
function strayed(counts: readonly number[], probability: (i: number) => number): number[] {
  return counts.flatMap((count, i) => {
    const p = probability(i)
    return Math.abs(count - DRAWS * p) > 5 * Math.sqrt(DRAWS * p * (1 - p)) ? [i] : []
  })
}

describe('leastLoad', () => {
  it.each(SEEDS)('breaks ties without bias (seed %i)', (seed) => {
    const candidates = Candidates.of(
      fleet(9, (i) => (i % 3 === 0 ? 1 : 2)),
      0,
    )
    expect(strayed(frequencies(leastLoad, candidates, seed), (i) => (i % 3 === 0 ? 1 / 3 : 0))).toEqual([])
  })

  it('finds the lowest of up to 16, for any loads', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 16 }), fc.nat(), (loads, seed) => {
        const chosen = leastLoad(
          Candidates.of(
            fleet(loads.length, (i) => loads[i]!),
            0,
          ),
          0,
          seededRandom(seed),
        )
        expect(loads[chosen]).toBe(Math.min(...loads))
      }),
    )
  })

  // The n-th best of 20 is the lower of two distinct choices with probability (20 − n) / C(20, 2).
  it.each(SEEDS)('compares two distinct choices of many (seed %i)', (seed) => {
    const candidates = Candidates.of(
      fleet(20, (i) => (i * 7) % 20),
      0,
    )
    expect(strayed(frequencies(leastLoad, candidates, seed), (i) => (19 - ((i * 7) % 20)) / 190)).toEqual([])
  })

  it.each(SEEDS)('draws each of many alike when all are idle (seed %i)', (seed) => {
    expect(strayed(frequencies(leastLoad, Candidates.of(fleet(25), 0), seed), () => 1 / 25)).toEqual([])
  })
})

describe('uniformly', () => {
  it.each(SEEDS)('draws each alike (seed %i)', (seed) => {
    expect(
      strayed(
        frequencies(
          uniformly,
          Candidates.of(
            fleet(7, (i) => i),
            0,
          ),
          seed,
        ),
        () => 1 / 7,
      ),
    ).toEqual([])
  })
})

describe('weighted', () => {
  it.each([5, 40])('draws each of %i in proportion to its weight', (count) => {
    for (const seed of SEEDS) {
      const targets = fleet(
        count,
        (i) => i % 5,
        (i) => 1 + (i % 3),
      )
      const weights = targets.map(({ load }) => weightOf(load, 0))
      const sum = weights.reduce((a, b) => a + b)
      expect(strayed(frequencies(weighted, Candidates.of(targets, 0), seed), (i) => weights[i]! / sum)).toEqual([])
    }
  })

  it('weighs all where nobody of many is taken, for all are overloaded', () => {
    expect(
      strayed(
        frequencies(
          weighted,
          Candidates.of(
            fleet(20, () => 50),
            0,
          ),
          1,
        ),
        () => 1 / 20,
      ),
    ).toEqual([])
  })

  it('takes load, failures, reports and wishes off and on, and never falls under 1', () => {
    const [target] = fleet(1, () => 2)
    const { load } = target!
    expect(weightOf(load, 0)).toBe(80)
    load.report = { activeRequests: 1, averageLatency: 150, cpuUsage: 20, memoryUsage: 50 }
    expect(weightOf(load, 0)).toBe(45)
    expect(weightOf(load, 0, { lowLatency: true, highThroughput: true })).toBe(60)
    load.report = { activeRequests: 3, averageLatency: 99, cpuUsage: 0, memoryUsage: 0 }
    expect(weightOf(load, 0, { lowLatency: true, highThroughput: true })).toBe(70)
    const failing = new BareAttempt(KIND)
    load.started(failing, 0)
    load.settled(failing, 'failed', 1)
    expect(weightOf(load, 0)).toBe(30)
    load.report = { activeRequests: 100, averageLatency: undefined, cpuUsage: 100, memoryUsage: 100 }
    expect(weightOf(load, 0)).toBe(1)
    expect(
      fleet(
        1,
        () => 2,
        () => 3,
      ).map((heavy) => weightOf(heavy.load, 0)),
    ).toEqual([240])
  })
})

describe('RoundRobin', () => {
  it('takes everyone once a round, from any start, few or many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (count, start) => {
        const robin = new RoundRobin()
        const candidates = Candidates.of(fleet(count), 0, start)
        for (let round = 0; round < 3; round++) {
          const turns = Array.from({ length: count }, () => robin.next(candidates))
          expect(new Set(turns).size).toBe(count)
        }
      }),
    )
  })

  it('is fair to all where requests that only some may serve take turns with others', () => {
    const targets = fleet(6)
    const views = [targets, targets.slice(3), targets.slice(0, 5), targets.slice(2, 4)].map((members) => Candidates.of(members, 0))
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 300 }), (sequence) => {
        const robin = new RoundRobin()
        for (const { load } of targets) load.turn = 0
        for (const which of sequence) {
          const { loads } = views[which]!
          const longest = Math.min(...loads.map(({ turn }) => turn))
          const waited = loads.map(({ turn }) => turn)
          expect(waited[robin.next(views[which]!)]).toBe(longest)
        }
        // Whatever came before, from here on everyone has a turn in each round.
        const turns = Array.from({ length: 30 }, () => robin.next(views[0]!))
        for (let i = 0; i < 6; i++) expect(turns.filter((turn) => turn === i)).toHaveLength(5)
      }),
    )
  })

  it('serves two views that take turns evenly, where a counter would see only even numbers', () => {
    const targets = fleet(3)
    const all = Candidates.of(targets, 0)
    const two = Candidates.of(targets.slice(1), 0)
    const robin = new RoundRobin()
    const counts = [0, 0]
    for (let i = 0; i < 300; i++) {
      robin.next(all)
      counts[robin.next(two)]!++
    }
    expect(Math.abs(counts[0]! - counts[1]!)).toBeLessThanOrEqual(1)
  })
})
