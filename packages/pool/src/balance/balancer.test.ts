import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallKind, Era, PickQuery, Random, Serves, Target } from '../ports.js'
import { BareAttempt, ScriptedTarget } from '../testing/scripted-target.js'
import { seededRandom } from '../testing/seeded-random.js'
import { Affinity } from './affinity.js'
import { Balancer } from './balancer.js'
import { CallKinds } from './call-kinds.js'
import type { PolicyName } from './policies/policy.js'

const kinds = new CallKinds()
const ADD = kinds.kindOf('tools/call', 'add')
const SUB = kinds.kindOf('tools/call', 'sub')
const ALGORITHMS: readonly PolicyName[] = ['adaptive', 'least-load', 'round-robin', 'weighted', 'random']

const query = (wishes: Partial<PickQuery> = {}): PickQuery => ({
  kind: ADD,
  affinity: undefined,
  requirements: undefined,
  session: undefined,
  onlyEra: undefined,
  only: undefined,
  tried: [],
  ...wishes,
})

function balancer(targets: readonly Target[], options: { algorithm?: () => PolicyName; random?: Random; affinity?: Affinity } = {}): Balancer {
  const made = new Balancer({
    random: options.random ?? seededRandom(1),
    affinity: options.affinity ?? new Affinity(),
    algorithm: options.algorithm ?? (() => 'least-load'),
  })
  made.update(targets)
  return made
}

const fleet = (count: number): ScriptedTarget[] => Array.from({ length: count }, (_, i) => new ScriptedTarget(`server-${i}`))

/** Who may be picked, in the words of the contract. */
function eligible(targets: readonly Target[], { kind, onlyEra, session, only, tried }: PickQuery): readonly Target[] {
  const bound = targets.some(({ id }) => id === session?.client) ? session?.client : undefined
  const able = targets.filter(
    (target) =>
      target.connection.serves(kind) !== 'no' &&
      (onlyEra === undefined || target.connection.era === onlyEra) &&
      (target.connection.era === 'modern' || bound === undefined || bound === target.id),
  )
  if (only !== undefined) return able.filter((target) => target === only)
  const times = (target: Target): number => tried.filter((each) => each === target).length
  const least = Math.min(...able.map(times))
  return able.filter((target) => times(target) === least)
}

describe('Balancer', () => {
  it('picks somebody who may serve it, whenever there is one, for any fleet, query and algorithm', () => {
    const serves = fc.constantFrom<Serves>('yes', 'no', 'unknown')
    const member = fc.record({
      add: serves,
      sub: serves,
      era: fc.constantFrom<Era>('modern', 'legacy'),
      outstanding: fc.nat(3),
      weight: fc.constantFrom(0.5, 1, 3),
    })
    const index = fc.option(fc.nat(24), { nil: undefined })
    const ask = fc.record({
      kind: fc.constantFrom(ADD, SUB),
      onlyEra: fc.constantFrom<Era | undefined>('modern', 'legacy', undefined, undefined),
      affinity: fc.constantFrom('a', 'b', undefined, undefined),
      session: fc.option(index, { nil: undefined }),
      only: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: index }),
      tried: fc.array(fc.nat(24), { maxLength: 4 }),
    })
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 24 }),
        fc.array(ask, { maxLength: 20 }),
        fc.constantFrom(...ALGORITHMS),
        fc.nat(),
        (members, asks, algorithm, seed) => {
          const targets = members.map(({ add, sub, era, outstanding, weight }, i) => {
            const target = new ScriptedTarget(`server-${i}`, { era, weight, serves: (kind) => (kind === ADD ? add : sub) })
            for (let n = 0; n < outstanding; n++) target.load.started(new BareAttempt(ADD), 0)
            return target
          })
          // The last is somebody who is not fit.
          const all = [...targets, new ScriptedTarget('gone')]
          const at = (i: number | undefined): Target | undefined => (i === undefined ? undefined : all[i % all.length])
          const subject = balancer(targets, { algorithm: () => algorithm, random: seededRandom(seed) })
          for (const { session, only, tried, ...rest } of asks) {
            const asked = query({
              ...rest,
              only: at(only),
              tried: tried.map((i) => at(i)!),
              session: session === undefined ? undefined : { client: at(session)?.id },
            })
            const picked = subject.pick(asked, 1)
            const allowed = eligible(targets, asked)
            if (allowed.length === 0) expect(picked).toBeUndefined()
            else expect(allowed).toContain(picked)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('picks the same for the same seed', () => {
    for (const algorithm of ALGORITHMS) {
      const run = (): string[] => {
        const subject = balancer(fleet(40), { algorithm: () => algorithm, random: seededRandom(7) })
        return Array.from({ length: 100 }, (_, i) => subject.pick(query(), i)!.id)
      }
      expect(run()).toEqual(run())
    }
  })

  it('asks what a target serves once for each kind, and again when that changed', () => {
    const [first, second] = fleet(2) as [ScriptedTarget, ScriptedTarget]
    let asked = 0
    first.serves = () => {
      asked++
      return 'no'
    }
    const subject = balancer([first, second])
    for (let i = 0; i < 50; i++) expect(subject.pick(query({ kind: i % 2 === 0 ? ADD : SUB }), i)).toBe(second)
    expect(asked).toBe(2)
    first.serves = () => 'yes'
    second.serves = () => 'no'
    subject.servesChanged()
    for (let i = 0; i < 50; i++) expect(subject.pick(query(), i)).toBe(first)
  })

  it('goes by the algorithm of the moment', () => {
    const targets = fleet(2)
    targets[0]!.load.report = { activeRequests: 9, averageLatency: undefined, cpuUsage: 0, memoryUsage: 0 }
    let algorithm: PolicyName = 'least-load'
    const subject = balancer(targets, { algorithm: () => algorithm })
    const picks = (): number => Array.from({ length: 100 }, () => subject.pick(query(), 0)).filter((target) => target === targets[0]).length
    expect(picks()).toBe(0)
    algorithm = 'round-robin'
    expect(picks()).toBe(50)
    algorithm = 'random'
    expect(picks()).toBeGreaterThan(20)
  })

  it('is not changed by what happens to the array it was given', () => {
    const targets = fleet(2)
    const subject = balancer(targets)
    targets.length = 0
    expect(subject.pick(query(), 0)).toBeDefined()
  })

  it('chooses among any targets by policy alone', () => {
    const targets = fleet(3)
    targets[0]!.load.started(new BareAttempt(ADD), 0)
    targets[2]!.load.started(new BareAttempt(ADD), 0)
    const subject = balancer([])
    expect(subject.choose(targets, undefined, 0)).toBe(targets[1])
    expect(subject.choose([], undefined, 0)).toBeUndefined()
  })

  it('refuses a target with a load that it cannot compare', () => {
    const { id, place, endpointLabel, connection, weight, guard } = fleet(1)[0]!
    const foreign: Target = { id, place, endpointLabel, connection, weight, guard, load: { outstanding: 0, started: () => {}, settled: () => {} } }
    expect(() => balancer([foreign])).toThrow(TypeError)
  })

  it('sends a session to its client or to those that need none, in a mixed fleet of any size', () => {
    const targets = Array.from({ length: 2_200 }, (_, i) => new ScriptedTarget(`server-${i}`, { era: i % 2 === 0 ? 'legacy' : 'modern' }))
    const subject = balancer(targets)
    for (let i = 0; i < 2_200; i += 2) {
      const session = { client: `server-${i}` }
      const picked = subject.pick(query({ session }), i)!
      expect(picked.id === session.client || picked.connection.era === 'modern').toBe(true)
      expect(subject.pick(query({ session, onlyEra: 'legacy' }), i)).toBe(targets[i])
    }
  })

  describe('affinity', () => {
    const picked = (subject: Balancer, key: string, wishes: Partial<PickQuery> = {}): string => subject.pick(query({ affinity: key, ...wishes }), 0)!.id
    const keys = Array.from({ length: 200 }, (_, i) => `project-${i}`)

    it('leaves a client that fails again and again, and comes back to it when that is over', () => {
      const targets = fleet(4)
      const affinity = new Affinity()
      const subject = balancer(targets, { affinity })
      const own = subject.pick(query({ affinity: 'key' }), 0)!
      const fails = (at: number): void => {
        const attempt = new BareAttempt(ADD)
        own.load.started(attempt, at)
        own.load.settled(attempt, 'failed', at)
      }
      fails(0)
      expect(subject.pick(query({ affinity: 'key' }), 1)).toBe(own)
      fails(1)
      const other = subject.pick(query({ affinity: 'key' }), 2)!
      expect(other).not.toBe(own)
      expect(subject.pick(query({ affinity: 'key' }), 3)).toBe(other)
      expect(affinity.get('key', 3)).toBe(own.id)
      expect(subject.pick(query({ affinity: 'key' }), 60_000)).toBe(own)
    })

    it('is the same in workers that share nothing, whatever their load and order', () => {
      const one = balancer(fleet(5))
      const busy = fleet(5).reverse()
      busy[0]!.load.started(new BareAttempt(ADD), 0)
      const other = balancer(busy, { random: seededRandom(99) })
      for (const key of keys) expect(picked(one, key)).toBe(picked(other, key))
    })

    it('stays when clients come, and moves only with those that go', () => {
      const targets = fleet(6)
      const subject = balancer(targets.slice(0, 5))
      const before = keys.map((key) => picked(subject, key))
      subject.update(targets)
      expect(keys.map((key) => picked(subject, key))).toEqual(before)
      subject.update(targets.slice(1))
      const after = keys.map((key) => picked(subject, key))
      for (const [i, id] of before.entries()) expect(after[i] === id).toBe(id !== 'server-0')
      // Its keys were bound anew, and stay there when it is back.
      subject.update(targets)
      expect(keys.map((key) => picked(subject, key))).toEqual(after)
    })

    it('is kept for the client that failed a moment ago, or lacks this tool, while another serves', () => {
      const targets = fleet(4)
      const subject = balancer(targets)
      const own = picked(subject, 'key')
      const bound = targets.find(({ id }) => id === own)!
      expect(picked(subject, 'key', { tried: [bound] })).not.toBe(own)
      bound.serves = (kind: CallKind) => (kind === SUB ? 'no' : 'yes')
      subject.servesChanged()
      const other = picked(subject, 'key', { kind: SUB })
      expect(other).not.toBe(own)
      expect(picked(subject, 'key', { kind: SUB })).toBe(other)
      expect(picked(subject, 'key')).toBe(own)
    })

    it('follows what was written by hand', () => {
      const affinity = new Affinity()
      const subject = balancer(fleet(4), { affinity })
      for (const id of ['server-0', 'server-1', 'server-2', 'server-3']) {
        affinity.set('key', id, 0)
        expect(picked(subject, 'key')).toBe(id)
      }
      affinity.set('key', 'nobody', 0)
      expect(picked(subject, 'key')).toMatch(/^server-/)
      expect(affinity.get('key', 0)).toMatch(/^server-/)
    })
  })
})
