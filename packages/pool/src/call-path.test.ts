import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PathWorld } from '../test/path-world.js'
import type { CallPathSettings } from './call-path.js'
import type { CallTerms } from './call/index.js'
import type { Guard, Load } from './ports.js'

const WORK = { method: 'tools/call', tool: 'work', key: 'tools/call:work' }

const settings: fc.Arbitrary<Partial<CallPathSettings>> = fc.record({
  loadBalancingAlgorithm: fc.constantFrom('least-load', 'round-robin', 'weighted', 'random'),
  requestTimeout: fc.constantFrom(500, 5_000),
  callTimeout: fc.constantFrom(1_000, 10_000),
  retryAttempts: fc.nat(3),
  retryDelay: fc.constantFrom(0, 100),
  maxRetryDelay: fc.constant(400),
  retryBudget: fc.record({ ratio: fc.constantFrom(0, 0.2, 1), reserve: fc.constantFrom(0, 1), window: fc.constant(60_000) }),
  hedge: fc.option(fc.record({ after: fc.constantFrom(50, 'p50' as const), maxExtra: fc.constantFrom(0.1, 1) }), { nil: undefined }),
  breakerThreshold: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  maxEjectionPercent: fc.constantFrom(0, 50, 100),
  baseEjectionTime: fc.constant(1_000),
  maxConcurrentRequestsPerClient: fc.option(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant('adaptive' as const)), { nil: undefined }),
  maxConcurrentRequestsPerTool: fc.constantFrom({}, { work: 2 }),
  enablePriorityQueues: fc.boolean(),
  queueTimeout: fc.constantFrom(200, 2_000),
  maxQueueSize: fc.constantFrom(1, 5),
})

type Step =
  | { readonly does: 'call'; readonly safe: boolean; readonly priority: 'high' | 'normal' | 'low'; readonly tool: string }
  | { readonly does: 'answer' | 'fail' | 'refuse' | 'lose' | 'ask' | 'cancel'; readonly which: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'drain' | 'bring back'; readonly which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('call' as const),
      safe: fc.boolean(),
      priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const),
      tool: fc.constantFrom('work', 'other'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constantFrom('answer' as const, 'fail' as const, 'refuse' as const, 'lose' as const, 'ask' as const, 'cancel' as const),
      which: fc.nat(50),
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 2_500 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('drain' as const, 'bring back' as const), which: fc.nat(4) }) },
)

function play(world: PathWorld, steps: readonly Step[], check: () => void): void {
  /** Of calls that may not run twice: attempts that are known not to have run. */
  const unsafe = new Map<number, number>()
  for (const it of steps) {
    const open = world.open
    switch (it.does) {
      case 'call':
        if (!it.safe) unsafe.set(world.calls.length, 0)
        world.call({ idempotent: it.safe, priority: it.priority, tenant: it.tool }, it.tool)
        break
      case 'wait':
        world.time.advance(it.ms)
        break
      case 'cancel':
        world.calls[it.which % Math.max(1, world.calls.length)]?.cancel()
        break
      case 'drain':
        world.update(world.present.filter((replica) => replica !== world.replicas[it.which % world.replicas.length]))
        break
      case 'bring back':
        world.update(world.replicas.filter((replica, i) => world.present.includes(replica) || i === it.which % world.replicas.length))
        break
      default: {
        const attempt = open[it.which % Math.max(1, open.length)]
        if (attempt === undefined) break
        const notRun = unsafe.get(attempt.call)
        if (notRun !== undefined && (it.does === 'refuse' || it.does === 'lose')) unsafe.set(attempt.call, notRun + 1)
        if (it.does === 'answer') attempt.answer()
        else if (it.does === 'ask') attempt.ask()
        else attempt.fail(it.does === 'fail' ? 'sent' : it.does === 'refuse' ? 'refused' : 'not-sent', it.does === 'refuse' ? 300 : undefined)
      }
    }
    check()
    const given = world.replicas.flatMap((replica) => replica.given)
    for (const [id, notRun] of unsafe) expect(given.filter((call) => call === id).length).toBeLessThanOrEqual(1 + notRun)
  }
}

describe('whatever happens, and however the pool is set', () => {
  it('every call is settled exactly once, what may not run twice runs once, and nothing is left behind', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 120 }), fc.nat(1_000), (options, replicas, steps, seed) => {
        const world = new PathWorld(replicas, options, seed)
        play(world, steps, () => {
          for (const { load } of world.replicas) expect(load.outstanding).toBeGreaterThanOrEqual(0)
          for (const { answers, errors } of world.calls) expect(answers.length + errors.length).toBeLessThanOrEqual(1)
        })
        world.time.advance(60_000)
        for (const { answers, errors, cancelled } of world.calls) expect(answers.length + errors.length).toBe(cancelled ? 0 : 1)
        expect(world.replicas.map(({ load }) => load.outstanding)).toEqual(world.replicas.map(() => 0))
        expect(world.open).toEqual([])
        expect(world.path.calls.underWay).toBe(0)
        world.path.stop()
        expect(world.time.pending).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('nobody who left is given a call, and no limit is passed', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 2, max: 5 }), fc.array(step, { maxLength: 120 }), (options, replicas, steps) => {
        const world = new PathWorld(replicas, options)
        let before = world.replicas.map(({ given }) => given.length)
        let absent = new Set<number>()
        play(world, steps, () => {
          const now = world.replicas.map(({ given }) => given.length)
          for (const i of absent) expect(now[i]).toBe(before[i])
          const places = options.maxConcurrentRequestsPerClient
          if (typeof places === 'number') for (const { load } of world.replicas) expect(load.outstanding).toBeLessThanOrEqual(places)
          before = now
          absent = new Set([...world.replicas.keys()].filter((i) => !world.present.includes(world.replicas[i]!)))
        })
      }),
      { numRuns: 200 },
    )
  })

  it('retries and hedges stay within their budgets', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 150 }), (options, steps) => {
        const world = new PathWorld(4, options)
        play(world, steps, () => {})
        const { ratio = 0.2, reserve = 10, window = 10_000 } = options.retryBudget ?? {}
        const { counts } = world.path.calls
        expect(counts.retries).toBeLessThanOrEqual(ratio * world.calls.length + (reserve * (window + world.time.now())) / 1_000 + 1e-6)
        expect(counts.hedges).toBeLessThanOrEqual((options.hedge?.maxExtra ?? 0) * world.calls.length + 1e-6)
      }),
      { numRuns: 200 },
    )
  })

  it('one classification of an attempt goes to guard, load and fleet: the same, once, in this order', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 120 }), (options, steps) => {
        const world = new PathWorld(3, options)
        const heard: unknown[][] = []
        for (const { id, guard, load } of world.replicas) {
          const listenTo = (who: string, at: Guard | Load): void => {
            const settled = at.settled.bind(at)
            at.settled = (attempt, outcome, now) => {
              heard.push([who, id, attempt, outcome])
              settled(attempt, outcome, now)
            }
          }
          listenTo('guard', guard)
          listenTo('load', load)
        }
        play(world, steps, () => {})
        world.time.advance(60_000)
        const toldTo = (who: string): unknown[][] => heard.filter(([to]) => to === who).map(([, ...what]) => what)
        expect(toldTo('load')).toEqual(toldTo('guard'))
        expect(world.outcomes).toEqual(toldTo('load').map(([, , outcome]) => outcome))
        expect(heard.map(([to]) => to)).toEqual(toldTo('load').flatMap(() => ['guard', 'load']))
        const attempts = toldTo('load').map(([, attempt]) => attempt)
        expect(new Set(attempts).size).toBe(attempts.length)
        expect(attempts).toHaveLength(world.replicas.flatMap(({ given }) => given).length)
      }),
      { numRuns: 150 },
    )
  })

  it('a key moves only while its client takes no call, fails again and again, or is gone: nobody else who comes or goes moves it', () => {
    const key = fc.nat(7)
    const client = fc.nat(3)
    const turn = fc.oneof(
      { weight: 6, arbitrary: fc.record({ does: fc.constant('call' as const), key, ok: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ does: fc.constant('break' as const), client, calls: fc.integer({ min: 1, max: 40 }) }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(10, 1_000, 4_000) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('drain' as const, 'bring back' as const), client }) },
    )
    const options = fc.record({ breakerThreshold: fc.constantFrom(undefined, 4), maxEjectionPercent: fc.constantFrom(50, 100) })
    const seen = new Set<string>()
    fc.assert(
      fc.property(options, fc.array(turn, { minLength: 10, maxLength: 60 }), fc.nat(), (chosen, turns, seed) => {
        const world = new PathWorld(4, { ...chosen, baseEjectionTime: 2_000, breakerResetTimeout: 3_000, retryAttempts: 0 }, seed)
        const takes = (id: string | undefined): boolean =>
          world.present.some((replica) => replica.id === id && replica.guard.refuses(WORK, world.time.now()) === undefined)
        /** Where it went. */
        const ask = (terms: Partial<CallTerms>, ok: boolean): string => {
          world.call(terms)
          const [attempt] = world.open
          if (attempt === undefined) return 'nobody'
          const [replica] = world.replicas.filter(({ open }) => open.has(attempt))
          if (ok) attempt.answer()
          else attempt.fail('sent')
          return replica!.id
        }
        /** So many of each. */
        const calls = (count: number, failing?: string): void => {
          for (let n = 0; n < count; n++) {
            for (const only of world.present) ask({ only }, only.id !== failing)
            world.time.advance(100)
          }
        }
        calls(40)
        for (const it of turns) {
          if (it.does === 'call') {
            const before = world.path.affinity.get(`key-${it.key}`, world.time.now())
            const took = takes(before)
            const failing = world.present.some(({ id, load }) => id === before && load.isFailing(world.time.now()))
            const went = ask({ affinity: `key-${it.key}` }, it.ok)
            if (took && !failing) expect(went).toBe(before)
            if (before !== undefined && went !== 'nobody' && went !== before) seen.add('moved')
            if (took || went === 'nobody') expect(world.path.affinity.get(`key-${it.key}`, world.time.now())).toBe(before)
          } else if (it.does === 'wait') world.time.advance(it.ms)
          else if (it.does === 'break') calls(it.calls, `r${it.client}`)
          else if (it.does === 'drain') world.update(world.present.filter(({ id }) => id !== `r${it.client}`))
          else world.update(world.replicas.filter((replica) => world.present.includes(replica) || replica.id === `r${it.client}`))
        }
        for (const { what } of world.changes) seen.add(what)
      }),
      { numRuns: 100, seed: 3 },
    )
    // Or nothing of this was about those who leave and return.
    for (const what of ['moved', 'ejected', 'returned', 'opened', 'closed']) expect(seen).toContain(what)
  })
})
