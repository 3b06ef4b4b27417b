import { describe, expect, it } from 'vitest'
import { Alarm, type Outcome, type PickQuery } from '../ports.js'
import { BareAttempt, ScriptedTarget } from '../testing/scripted-target.js'
import { seededRandom } from '../testing/seeded-random.js'
import { VirtualTime } from '../testing/virtual-time.js'
import { Affinity } from './affinity.js'
import { Balancer } from './balancer.js'
import { CallKinds } from './call-kinds.js'
import { LatencyBook } from './latency-book.js'

const KIND = new CallKinds().kindOf('tools/call', 'work')
const QUERY: PickQuery = { kind: KIND, affinity: undefined, requirements: undefined, session: undefined, onlyEra: undefined, only: undefined, tried: [] }

class At extends Alarm {
  readonly #act: () => void
  constructor(act: () => void) {
    super()
    this.#act = act
  }
  override fire(): void {
    this.#act()
  }
}

interface Fleet {
  readonly size: number
  readonly seed: number
  /** Mean time between calls. */
  readonly interval: number
  readonly calls: number
  /** What becomes of the call on replica `index`. */
  readonly serve: (index: number, random: () => number) => { readonly outcome: Outcome; readonly after: number }
}

/** Calls that come at random to a pool with the default policy; returns how many each replica was picked for. */
function simulate({ size, seed, interval, calls, serve }: Fleet): number[] {
  const [arrivals, chance, service] = [seededRandom(seed), seededRandom(seed + 1_000), seededRandom(seed + 2_000)]
  const time = new VirtualTime()
  const book = new LatencyBook()
  const targets = Array.from({ length: size }, (_, i) => new ScriptedTarget(`server-${i}`, { book }))
  const balancer = new Balancer({ random: chance, affinity: new Affinity(), algorithm: () => 'least-load' })
  balancer.update(targets)
  const picks = targets.map(() => 0)
  let left = calls
  const arrive = (): void => {
    const picked = balancer.pick(QUERY, time.now())
    const index = targets.findIndex((target) => target === picked)
    const { load } = targets[index]!
    picks[index]!++
    const attempt = new BareAttempt(KIND)
    load.started(attempt, time.now())
    const { outcome, after } = serve(index, service)
    time.set(new At(() => load.settled(attempt, outcome, time.now())), after)
    if (--left > 0) time.set(new At(arrive), -Math.log(1 - arrivals()) * interval)
  }
  arrive()
  time.advance(1e9)
  expect(targets.map(({ load }) => load.outstanding)).toEqual(targets.map(() => 0))
  return picks
}

const SEEDS = [1, 2, 3]
/** Lognormal with a median of 100 ms. */
const usual = (random: () => number): { outcome: Outcome; after: number } => ({
  outcome: 'ok',
  after: 100 * Math.exp(Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
})

describe.each([10, 40])('of %i replicas', (size) => {
  const fleet = { size, interval: 200 / size, calls: 20_000 }

  it.each(SEEDS)('one that fails everything at once gets less than a hundredth of the calls (seed %i)', (seed) => {
    const picks = simulate({ ...fleet, seed, serve: (index, random) => (index === 0 ? { outcome: 'failed', after: 2 } : usual(random)) })
    expect(picks[0]! / fleet.calls).toBeLessThan(0.01)
  })

  it.each(SEEDS)('one that swallows everything for a minute gets less than a hundredth (seed %i)', (seed) => {
    const picks = simulate({ ...fleet, seed, serve: (index, random) => (index === 0 ? { outcome: 'failed', after: 60_000 } : usual(random)) })
    expect(picks[0]! / fleet.calls).toBeLessThan(0.01)
  })

  it.each(SEEDS)('one that swallows everything for callers who give up after 10 s gets less than a hundredth (seed %i)', (seed) => {
    const picks = simulate({ ...fleet, seed, serve: (index, random) => (index === 0 ? { outcome: 'ignored', after: 10_000 } : usual(random)) })
    expect(picks[0]! / fleet.calls).toBeLessThan(0.01)
  })

  it.each(SEEDS)('each gets its share, give or take two fifths (habit prefers some), when all are alike (seed %i)', (seed) => {
    const picks = simulate({ ...fleet, seed, serve: (_, random) => usual(random) })
    for (const count of picks) {
      expect(count).toBeGreaterThan(((3 / 5) * fleet.calls) / size)
      expect(count).toBeLessThan(((7 / 5) * fleet.calls) / size)
    }
  })
})
