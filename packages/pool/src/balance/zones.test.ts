import { describe, expect, it } from 'vitest'
import type { PickQuery, Target } from '../ports.js'
import { BareAttempt, ScriptedTarget } from '../testing/scripted-target.js'
import { seededRandom } from '../testing/seeded-random.js'
import { Affinity } from './affinity.js'
import { Balancer } from './balancer.js'
import { CallKinds } from './call-kinds.js'
import { LatencyBook } from './latency-book.js'
import type { PolicyName } from './policies/policy.js'

const ADD = new CallKinds().kindOf('tools/call', 'add')
const ALGORITHMS: readonly PolicyName[] = ['adaptive', 'least-load', 'round-robin', 'weighted', 'random']
const QUERY: PickQuery = { kind: ADD, affinity: undefined, requirements: undefined, session: undefined, onlyEra: undefined, only: undefined, tried: [] }

interface Zones {
  readonly balancer: Balancer
  readonly near: readonly ScriptedTarget[]
  readonly far: readonly ScriptedTarget[]
  /** The part of so many picks that stay in the zone. */
  stays(picks: number, query?: PickQuery): number
}

/** A pool that was drawn together: nothing but a fiftieth goes elsewhere. */
function zones(nearCount: number, farCount: number, algorithm: PolicyName = 'least-load'): Zones {
  const book = new LatencyBook({ zone: 'near' })
  const spill = book.spill!
  for (let now = 0; now <= 30_000; now += 10) spill.took(false, 0, now)
  const made = (zone: string, count: number): ScriptedTarget[] => Array.from({ length: count }, (_, index) => new ScriptedTarget(`${zone}-${index}`, { book }))
  const [near, far] = [made('near', nearCount), made('far', farCount)]
  for (const { load } of far) load.zone = 'far'
  const balancer = new Balancer({ random: seededRandom(1), affinity: new Affinity(), algorithm: () => algorithm, spill })
  balancer.update([...near, ...far])
  const isNear = (target: Target | undefined): boolean => near.some((each) => each === target)
  return {
    balancer,
    near,
    far,
    stays: (picks, query = QUERY) => Array.from({ length: picks }, () => balancer.pick(query, 30_000)).filter(isNear).length / picks,
  }
}

function occupy(target: ScriptedTarget, attempts: number): void {
  for (let i = 0; i < attempts; i++) target.load.started(new BareAttempt(ADD), 30_000)
}

describe.each(ALGORITHMS)('%s', (algorithm) => {
  it.each([
    [3, 6],
    [30, 60],
  ])('stays in its zone (%i replicas) but for a fiftieth, however many there are elsewhere (%i)', (nearCount, farCount) => {
    const share = zones(nearCount, farCount, algorithm).stays(1_000)
    expect(share).toBeGreaterThanOrEqual(0.98)
    expect(share).toBeLessThan(1)
  })

  it('goes elsewhere at once where nobody of its zone is left', () => {
    const { balancer, far } = zones(2, 2, algorithm)
    balancer.update(far)
    expect(far).toContain(balancer.pick(QUERY, 30_000))
  })

  it('goes elsewhere at once where all of its zone fail', () => {
    const { near, stays } = zones(2, 4, algorithm)
    for (const { load } of near) {
      for (let i = 0; i < 2; i++) {
        const attempt = new BareAttempt(ADD)
        load.started(attempt, 29_000)
        load.settled(attempt, 'failed', 29_001 + i)
      }
    }
    // Some policies do not ask who fails, and one call in fifty is theirs alone.
    expect(stays(200)).toBeLessThan(0.02)
  })

  it('goes elsewhere where its zone has far more to do than is usual', () => {
    const { near, stays } = zones(2, 4, algorithm)
    expect(stays(100)).toBeGreaterThan(0.9)
    for (const target of near) occupy(target, 20)
    expect(stays(100)).toBeLessThan(0.1)
  })

  it('repeats in its zone, as long as there is another', () => {
    const { near, stays } = zones(2, 4, algorithm)
    expect(stays(100, { ...QUERY, tried: [near[0]!] })).toBeGreaterThanOrEqual(0.98)
    expect(stays(100, { ...QUERY, tried: near })).toBe(0)
  })
})

describe('a zone', () => {
  it('makes no difference to affinity, so that workers of different zones agree', () => {
    const { balancer, near, far } = zones(5, 5)
    const blind = new Balancer({ random: seededRandom(1), affinity: new Affinity(), algorithm: () => 'least-load' })
    blind.update([...near, ...far])
    for (let key = 0; key < 50; key++) {
      const query = { ...QUERY, affinity: `key ${key}` }
      expect(balancer.pick(query, 30_000)).toBe(blind.pick(query, 30_000))
    }
  })

  it('may change while the pool runs, with the next snapshot', () => {
    const { balancer, near, far, stays } = zones(2, 2)
    for (const { load } of near) load.zone = 'far'
    for (const { load } of far) load.zone = 'near'
    balancer.update([...near, ...far])
    expect(stays(100)).toBeLessThanOrEqual(0.02)
  })
})
