import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POLICIES } from './policies.js'
import { scenarioOf } from './scripted-scenario.js'
import { simulate } from './simulate.js'
import { summarize } from './summary.js'
import { workloadOf } from './workload.js'

const HEAVY = { lognormal: { median: 300, sigma: 1.5, min: 10, max: 120_000 } }
const PATIENT = { requestTimeout: 3_600_000, retryAttempts: 0, maxEjectionPercent: 0 }

/** Mean wait in an M/M/c queue (Erlang 1917), in service times: C(c, a) / (c (1 − rho)). */
function erlangWait(servers: number, utilisation: number): number {
  const offered = servers * utilisation
  let term = 1
  let sum = 1
  for (let k = 1; k < servers; k++) sum += term *= offered / k
  const all = (term * (offered / servers)) / (1 - utilisation)
  return all / (sum + all) / (servers * (1 - utilisation))
}

describe('the world', () => {
  const queue = scenarioOf({ calls: 100_000, utilisation: 0.8, service: { exponential: 100 }, replicas: [{ slots: 4 }], pool: PATIENT })

  it.each(['central-queue', 'pool', 'least-outstanding'])('waits as Erlang C says where there is one replica with four slots (%s)', (policy) => {
    const { queueing, mean } = summarize(simulate(queue, policy, 1), queue)
    const expected = erlangWait(4, 0.8) * 100
    expect(expected).toBeCloseTo(74.57, 1)
    expect(queueing / expected).toBeCloseTo(1, 1)
    expect(Math.abs(queueing / expected - 1)).toBeLessThan(0.06)
    expect(mean - queueing).toBeCloseTo(100, 0)
  })

  it('counts slots of other replicas in the central queue as if they were of one', () => {
    const split = scenarioOf({ calls: 100_000, utilisation: 0.8, service: { exponential: 100 }, replicas: [{ count: 4, slots: 1 }] })
    expect(summarize(simulate(split, 'central-queue', 1), split).queueing).toBe(summarize(simulate(queue, 'central-queue', 1), queue).queueing)
  })

  it('waits as Erlang C says of one server each where calls go anywhere', () => {
    const split = scenarioOf({ calls: 100_000, utilisation: 0.6, service: { exponential: 100 }, replicas: [{ count: 4, slots: 1 }] })
    const { queueing } = summarize(simulate(split, 'classic-random', 1), split)
    expect(Math.abs(queueing / (erlangWait(1, 0.6) * 100) - 1)).toBeLessThan(0.06)
  })

  it('does more work a second with a fast replica, and the rate is reckoned from that', () => {
    const mixed = scenarioOf({
      calls: 20_000,
      utilisation: 0.7,
      service: 100,
      replicas: [
        { name: 'a', slots: 1, speed: 2 },
        { name: 'b', slots: 1, speed: 0.5 },
      ],
    })
    const { at, size } = workloadOf(mixed, 1)
    expect(((size / at.at(-1)!) * 100) / 2.5).toBeCloseTo(0.7, 1)
  })

  it('takes five times as long while it is slow, and what is left at the usual speed afterwards', () => {
    const slow = scenarioOf({
      calls: 1,
      rate: 1_000,
      service: 1_000,
      replicas: [{ slots: 1, troubles: [{ slow: 0.2, until: 2_000 }] }],
      pool: PATIENT,
    })
    const tally = simulate(slow, 'pool', 1)
    const arrived = tally.workload.at[0]!
    const doneWhileSlow = (2_000 - arrived) * 0.2
    expect(tally.latency[0]).toBeCloseTo(2_000 - arrived + (1_000 - doneWhileSlow), 6)
  })

  it('goes on at the speed with which it began, where the scenario spares what runs', () => {
    const troubles = [{ slow: 0.2, until: 2_000, sparesRunning: true }]
    const slow = scenarioOf({ calls: 1, rate: 1_000, service: 1_000, replicas: [{ slots: 1, troubles }], pool: PATIENT })
    expect(simulate(slow, 'pool', 1).latency[0]).toBeCloseTo(5_000, 6)
  })
})

describe('replicas with neighbours', () => {
  const mean = (reports: boolean | string): number => {
    const troubles = [{ slow: 1 / 3, every: 200_000, length: 40_000, apart: true, sparesRunning: true }]
    const each = scenarioOf({
      calls: 30_000,
      utilisation: 0.55,
      workers: 10,
      service: HEAVY,
      replicas: [{ count: 10, slots: 4, reports, troubles }],
      pool: PATIENT,
    })
    return summarize(simulate(each, 'pool', 1), each).mean
  }

  it('cost less time the more they say: nothing, the CPU of the machine, and how much of it is their own', () => {
    const [silent, cpu, both] = [mean(false), mean('cpu'), mean('own-cpu')]
    expect(cpu).toBeLessThan(0.98 * silent)
    expect(both).toBeLessThan(0.96 * cpu)
  })
})

describe('a run', () => {
  const busy = scenarioOf({
    calls: 2_000,
    utilisation: 0.7,
    workers: 3,
    service: HEAVY,
    replicas: [
      { name: 'bad', slots: 4, troubles: [{ fail: 0.3 }, { slow: 0.3, share: 0.2, length: 5_000 }] },
      { name: 'usual', count: 5, slots: 4, warmUp: { speed: 0.2, length: 10_000 } },
    ],
    restarts: { every: 30_000, down: 1_000, noticed: 200 },
    pool: { hedge: {} },
  })

  it.each(POLICIES)('gives the same result for the same seed, to the last bit, and another for another (%s)', (policy) => {
    const trace = (seed: number): string => {
      const { latency, replica, executions, attempts } = simulate(busy, policy, seed)
      return JSON.stringify([[...latency], [...replica], [...executions], [...attempts]])
    }
    expect(trace(7)).toBe(trace(7))
    expect(trace(7)).not.toBe(trace(8))
  })

  it('gives all policies the same calls', () => {
    const [a, b] = [simulate(busy, 'pool', 3).workload, simulate(busy, 'prequal', 3).workload]
    expect(a).toEqual(b)
  })

  it('ends every call once, runs no unsafe one twice and leaves nothing behind, whatever goes wrong', () => {
    const trouble = fc.oneof(
      fc.record({ fail: fc.constantFrom(0.1, 1), after: fc.constantFrom(0, 5, 2_000), as: fc.constantFrom('error', 'refusal', 'answer') }),
      fc.record({ hang: fc.constantFrom(0.05, 1), after: fc.constantFrom(100, 5_000) }),
      fc.record({ slow: fc.constantFrom(0.1, 0.5), share: fc.constantFrom(0.1, 0.5), length: fc.constant(2_000), sparesRunning: fc.boolean() }),
      fc.record({ stall: fc.constantFrom(0.01, 0.5), delay: fc.constant({ exponential: 500 }) }),
    )
    const world = fc.record({
      seed: fc.nat(1_000_000),
      workers: fc.constantFrom(1, 3),
      utilisation: fc.constantFrom(0.3, 0.9, 1.5),
      cancellable: fc.boolean(),
      timeout: fc.option(fc.constantFrom(200, 3_000), { nil: undefined }),
      troubles: fc.array(trouble, { minLength: 1, maxLength: 2 }),
      queue: fc.constantFrom(0, 3, 1_000_000),
      restarts: fc.option(
        fc.record({ every: fc.constant(4_000), down: fc.constant(500), drain: fc.constantFrom(0, 1_000), noticed: fc.constantFrom(0, 200) }),
        {
          nil: undefined,
        },
      ),
      pool: fc.record({
        retryAttempts: fc.constantFrom(0, 3),
        requestTimeout: fc.constantFrom(1_000, 30_000),
        enablePriorityQueues: fc.boolean(),
        maxEjectionPercent: fc.constantFrom(0, 50),
      }),
      limit: fc.option(fc.constantFrom(2, 8), { nil: undefined }),
      hedge: fc.option(fc.record({ after: fc.constantFrom(50, 300) }), { nil: undefined }),
    })
    fc.assert(
      fc.property(world, ({ seed, troubles, queue, pool, limit, hedge, ...rest }) => {
        const scenario = scenarioOf({
          ...rest,
          calls: 400,
          tools: [
            { name: 'safe', safe: true, service: { exponential: 100 } },
            { name: 'unsafe', safe: false, service: { exponential: 100 } },
          ],
          priorities: { high: 0.2, low: 0.2 },
          replicas: [
            { name: 'bad', count: 2, slots: 2, queue, troubles },
            { name: 'usual', count: 2, slots: 2, warmUp: { speed: 0.5, length: 1_000 } },
          ],
          pool: { ...pool, hedge, maxConcurrentRequestsPerClient: limit },
        })
        for (const policy of ['pool', 'central-queue', 'two-choices']) {
          // Throws where a call has no end or two, and where attempts or alarms are left over.
          const tally = simulate(scenario, policy, seed)
          expect(tally.settled).toBe(400)
          for (let call = 0; call < 400; call++) {
            expect(tally.isSettled(call)).toBe(true)
            if (tally.isAnswered(call)) expect(tally.executions[call]).toBeGreaterThan(0)
            if (tally.workload.tool[call] === 1) expect(tally.executions[call]).toBeLessThan(2)
            expect(tally.latency[call]).toBeGreaterThanOrEqual(0)
          }
          expect(summarize(tally, scenario).unsafeRepeats).toBe(0)
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})

describe('a replica that answers with errors', () => {
  const mean = (scenario: ReturnType<typeof scenarioOf>, policy: string): number => summarize(simulate(scenario, policy, 1), scenario).mean
  const erring = (fail: number, after: number): object => ({ troubles: [{ fail, after, as: 'answer' }] })
  const model = (replicas: readonly object[]): ReturnType<typeof scenarioOf> =>
    scenarioOf({ calls: 30_000, utilisation: 0.7, service: HEAVY, replicas, pool: PATIENT })

  it.each([0.3, 0.5, 1])('does not draw the calls to itself, though it is quick (%d of them)', (probability) => {
    const scenario = model([
      { name: 'erring', slots: 4, ...erring(probability, 5) },
      { name: 'usual', count: 9, slots: 4 },
    ])
    expect(summarize(simulate(scenario, 'pool', 1), scenario).failed).toBeLessThan(0.3)
    expect(summarize(simulate(scenario, 'least-outstanding', 1), scenario).failed).toBeGreaterThan(3)
  })

  it.each([0.01, 0.1, 0.3])('is like the others where all do: that costs nobody time (%d of them)', (probability) => {
    const scenario = model([{ count: 10, slots: 4, ...erring(probability, 50) }])
    expect(mean(scenario, 'pool')).toBeLessThan(1.02 * mean(scenario, 'least-outstanding'))
  })
})

/** What ANCHORS and the literature say of policies that are published: the world must agree before it is believed about ours. */
describe('published policies', () => {
  const model = (more: object): ReturnType<typeof scenarioOf> =>
    scenarioOf({ calls: 30_000, utilisation: 0.7, service: HEAVY, replicas: [{ count: 10, slots: 4 }], pool: PATIENT, ...more })
  const bad = (trouble: object): object[] => [
    { name: 'bad', slots: 4, troubles: [trouble] },
    { name: 'usual', count: 9, slots: 4 },
  ]

  it.each([
    ['central-queue', 931],
    ['shortest-expected-delay', 934],
    ['least-outstanding', 934],
    ['two-choices', 986],
    ['prequal', 1127],
    ['peak-ewma', 1213],
  ])('%s: mean of %i ms where all are alike', (policy, mean) => {
    const scenario = model({})
    expect(Math.abs(summarize(simulate(scenario, policy, 1), scenario).mean / mean - 1)).toBeLessThan(0.06)
  })

  it.each([
    ['classic-round-robin', 10, 0.5],
    ['two-choices', 20, 1.5],
    ['peak-ewma', 20, 1.5],
    ['least-outstanding', 67, 2],
    ['unlike-units', 98.5, 1.5],
  ])('%s sends %d%% of the calls into one that fails fast', (policy, failed, tolerance) => {
    const scenario = model({ replicas: bad({ fail: 1, after: 5 }) })
    expect(Math.abs(summarize(simulate(scenario, policy, 1), scenario).failed - failed)).toBeLessThan(tolerance)
  })

  it.each([
    ['least-outstanding', 0.27, 0.08],
    ['two-choices', 0.46, 0.1],
    ['peak-ewma', 2.95, 0.4],
    ['classic-round-robin', 10, 0.5],
  ])('%s loses %d%% to a black hole', (policy, failed, tolerance) => {
    const scenario = model({ replicas: bad({ hang: 1, after: 60_000 }) })
    expect(Math.abs(summarize(simulate(scenario, policy, 1), scenario).failed - failed)).toBeLessThan(tolerance)
  })

  it.each([
    ['classic-round-robin', 95, 1],
    ['least-outstanding', 99.3, 0.5],
    ['peak-ewma', 99.9, 0.06],
  ])('%s answers %d%% of the calls of Buoyant 2016 within a second', (policy, success, tolerance) => {
    const scenario = scenarioOf({
      duration: 60_000,
      rate: 1_000,
      within: 1_000,
      service: { lognormal: { median: 167, sigma: 0.3 } },
      replicas: [
        { name: 'turning', slots: 1_000, troubles: [{ slow: 0.0835, from: 15_000, until: 45_000, sparesRunning: true }] },
        { name: 'steady', count: 10, slots: 1_000 },
      ],
      pool: PATIENT,
    })
    expect(Math.abs(summarize(simulate(scenario, policy, 1), scenario).success - success)).toBeLessThan(tolerance)
  })
})
