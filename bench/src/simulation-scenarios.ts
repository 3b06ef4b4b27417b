import { readScenarios, type Scenario } from 'mcp-client-pool/testing'

/** The scenario of a text that could stand in a file; wrong ones throw with what is wrong. */
export function scenario(value: Readonly<Record<string, unknown>>): Scenario {
  const { scenarios, problems } = readScenarios(value)
  if (scenarios[0] === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  return scenarios[0]
}

/** Median 300 ms, mean 923 ms, one in a hundred over 9.9 s: tools that think. */
const HEAVY = { lognormal: { median: 300, sigma: 1.5, min: 10, max: 120_000 } }
const BRISK = { lognormal: { median: 100, sigma: 1, min: 5, max: 20_000 } }

/** Calls of HEAVY are longer than any timeout that one would choose: timeouts are another question. */
const PATIENT = { requestTimeout: 3_600_000 }

/** The policy alone. */
const BARE = { ...PATIENT, retryAttempts: 0, maxEjectionPercent: 0 }

const usual = (count: number): object => ({ name: 'usual', count, slots: 4 })
const bad = (...troubles: readonly object[]): object => ({ name: 'bad', count: 1, slots: 4, troubles })

const model = (name: string, replicas: readonly object[], more: object = {}): Scenario =>
  scenario({ name, calls: 150_000, utilisation: 0.7, service: HEAVY, replicas, pool: BARE, ...more })

/**
 * How long a neighbour takes the CPU at once decides how much a balancer can learn of it. With forty seconds of two hundred the classics are as
 * published for this model, round robin most of all: 4,500 ms, least outstanding 1,450, Prequal 1,260; with ten it would be 3,000, 1,470, 1,340.
 */
const ANTAGONIST = { slow: 1 / 3, every: 200_000, length: 40_000, apart: true, sparesRunning: true }
const SHORT_ANTAGONIST = { slow: 1 / 3, share: 0.2, length: 10_000, sparesRunning: true }

/** Ten replicas with four slots each, and calls of very different lengths. */
export const MODEL: Readonly<Record<'B' | 'C' | 'D' | 'E' | 'F' | 'G' | 'H', Scenario>> = {
  B: model('B alike, K=1', [usual(10)]),
  C: model('C alike, K=10', [usual(10)], { workers: 10 }),
  D: model('D one at 1/5 speed, K=1', [{ name: 'slow', slots: 4, speed: 0.2 }, usual(9)]),
  E: model('E antagonists, K=10', [{ count: 10, slots: 4, troubles: [ANTAGONIST] }], { workers: 10, utilisation: 0.55 }),
  F: model('F one fails 30% in 5 ms', [bad({ fail: 0.3, after: 5 }), usual(9)]),
  G: model('G one fails all in 5 ms', [bad({ fail: 1, after: 5 }), usual(9)]),
  H: model('H one swallows all, 60 s', [bad({ hang: 1, after: 60_000 }), usual(9)]),
}

/** Not judged: it says what is lost where neighbours come and go within seconds. */
export const SHORT: Scenario = model('E with antagonists of 10 s', [{ count: 10, slots: 4, troubles: [SHORT_ANTAGONIST] }], { workers: 10, utilisation: 0.55 })

const reporting = (reports: string): Scenario =>
  model(`E with reported load (${reports})`, [{ count: 10, slots: 4, reports, troubles: [ANTAGONIST] }], { workers: 10, utilisation: 0.55 })

/** The CPU of the machine, the neighbours' part too, and the replica's own: ORCA's `cpu_utilization` and `application_utilization`. */
export const REPORTED: Scenario = reporting('own-cpu')

/** Not judged: of the CPU of the machine alone nobody knows whose it is; requests over slots say nothing of how fast they are worked on. */
export const REPORTED_LESS: readonly Scenario[] = ['cpu', 'requests'].map(reporting)

/** The same with all that the pool has by default: retries, budget, ejection. */
export function everythingOn(from: Scenario): Scenario {
  return { ...from, name: `${from.name}, everything on`, pool: PATIENT }
}

/** What a policy must not do badly at, whatever it was made for. */
export const ROBUST: readonly Scenario[] = [
  model('two bad of five', [{ name: 'slow', slots: 4, speed: 0.2 }, { name: 'slower', slots: 4, speed: 0.1 }, usual(3)]),
  model('a flapping replica', [{ name: 'flapping', slots: 4, troubles: [{ slow: 0.1, every: 30_000, length: 10_000 }] }, usual(9)], { utilisation: 0.6 }),
  model('a slow zone', [{ name: 'zone b', count: 3, slots: 4, troubles: [{ slow: 0.3, every: 600_000, length: 300_000 }] }, usual(6)], { utilisation: 0.55 }),
  model('bimodal 10 ms/30 s', [usual(10)], {
    service: {
      mix: [
        { share: 0.95, of: 10 },
        { share: 0.05, of: 30_000 },
      ],
    },
  }),
  model('cold replica, 5x for 10 s', [{ count: 10, slots: 4, warmUp: { speed: 0.2, length: 10_000 } }], {
    utilisation: 0.6,
    service: BRISK,
    restarts: { every: 60_000, down: 1_000, drain: 60_000 },
  }),
]

export const ROLLING: Scenario = scenario({
  name: 'rolling restart with drain',
  calls: 100_000,
  utilisation: 0.6,
  tools: [
    { name: 'search', share: 8, safe: true, service: BRISK },
    { name: 'book', share: 2, safe: false, service: BRISK },
  ],
  replicas: [{ count: 10, slots: 4, warmUp: { speed: 0.2, length: 10_000 } }],
  restarts: { every: 20_000, down: 2_000, drain: 60_000 },
})

/** Of one minute, in which one backend is slow from second 15 to second 45. */
export const BUOYANT: { readonly slowFrom: number; readonly slowUntil: number; readonly scenario: Scenario } = {
  slowFrom: 15_000,
  slowUntil: 45_000,
  scenario: scenario({
    name: 'Buoyant 2016',
    duration: 60_000,
    rate: 1_000,
    within: 1_000,
    service: { lognormal: { median: 167, sigma: 0.3, min: 1, max: 10_000 } },
    replicas: [
      { name: 'turning', slots: 1_000, troubles: [{ slow: 0.0835, from: 15_000, until: 45_000, sparesRunning: true }] },
      { name: 'steady', count: 10, slots: 1_000 },
    ],
    pool: PATIENT,
  }),
}

const tail = (pool: object): Scenario =>
  scenario({
    name: 'The Tail at Scale',
    calls: 100_000,
    rate: 1_000,
    service: { lognormal: { median: 4, sigma: 0.35, min: 1, max: 100 } },
    replicas: [{ count: 100, slots: 8, troubles: [{ stall: 0.005, delay: { exponential: 1_000 } }] }],
    pool,
  })

export const TAIL: { readonly without: Scenario; readonly hedged: Scenario } = {
  without: tail({ ...BARE }),
  hedged: tail({ hedge: { after: 10, maxExtra: 0.05 } }),
}

/** Work that was begun is finished, whoever still waits for it: without that, timeouts alone would keep a fleet from collapsing. */
const overload = (utilisation: unknown): Scenario =>
  scenario({
    name: 'overload',
    duration: 900_000,
    utilisation,
    service: { exponential: 200 },
    replicas: [{ count: 10, slots: 4 }],
    priorities: { high: 0.1 },
    within: 5_000,
    timeout: 3_000,
    cancellable: false,
    pool: { enablePriorityQueues: true, maxConcurrentRequestsPerClient: 4, queueTimeout: 2_000 },
  })

export const OVERLOAD: { readonly from: number; readonly to: number; readonly ramp: Scenario; readonly before: Scenario } = {
  from: 0.75,
  to: 1.74,
  ramp: overload({ from: 0.75, to: 1.74 }),
  before: overload(0.75),
}
