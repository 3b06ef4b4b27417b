import type { PoolOptions } from 'mcp-client-pool'
import type { Distribution, ReplicaGroup, Restarts, Scenario, SimulatedTool, Trouble } from 'mcp-client-pool/testing'

/** Who decides in a run, and with what. */
export interface Contender {
  readonly name: string
  /** A name of `POLICIES` that stands for production code. */
  readonly policy: 'pool' | 'round-robin'
  readonly options: Partial<PoolOptions>
}

/** A scenario that is run twice for each contender: on virtual time, and on real servers. */
export interface RealityCase {
  readonly name: string
  readonly era: 'modern' | 'legacy'
  readonly scenario: Scenario
  readonly contenders: readonly Contender[]
  /** What hangs is no server that is silent but a port that drops SYN. */
  readonly deaf?: boolean
  /** No call may be lost, whatever is restarted: calls are so short that none of them runs out of time on a replica that has just come back. */
  readonly lossless?: boolean
  /** Part of a smoke run. */
  readonly smoke?: boolean
}

/*
 * Times are a twentieth of those in the literature and in `simulate`, so that a run takes seconds. Everything is divided: service
 * times, time limits, ejections and slow starts.
 */
const SCALE = 1 / 20
const ALWAYS = { from: 0, until: Number.POSITIVE_INFINITY, every: undefined, length: undefined, share: undefined }

/** Heavy tails: a mean of 3 times the median, and one call in a hundred that takes 30 times as long. Cut off where a run would wait for one call. */
const SERVICE: Distribution = { lognormal: { median: 300 * SCALE, sigma: 1.5, min: 10 * SCALE, max: 40_000 * SCALE } }
const FAILS_AFTER = 5 * SCALE

/** A seventh may not run twice; the servers count. */
const TOOLS: readonly SimulatedTool[] = [
  { name: 'work', share: 6, safe: true, service: SERVICE },
  { name: 'append', share: 1, safe: false, service: SERVICE },
]

const group = (count: number, more: Partial<ReplicaGroup> = {}): ReplicaGroup => ({
  name: `group of ${count}`,
  count,
  slots: 4,
  queue: Number.POSITIVE_INFINITY,
  speed: 1,
  zone: undefined,
  weight: 1,
  warmUp: undefined,
  reports: false,
  troubles: [],
  ...more,
})

/** How long it takes to give up connecting. */
const CONNECTING = 10_000 * SCALE

const TIMES: Partial<PoolOptions> = {
  requestTimeout: 60_000 * SCALE,
  connectionTimeout: CONNECTING,
  retryDelay: 1_000 * SCALE,
  maxRetryDelay: 10_000 * SCALE,
  baseEjectionTime: 10_000 * SCALE,
  maxEjectionTime: 300_000 * SCALE,
  slowStartTime: 10_000 * SCALE,
}

/** No second attempt, nobody is ejected: what the policy does alone. */
const ALONE: Partial<PoolOptions> = { retryAttempts: 0, maxEjectionPercent: 0, slowStartTime: 0, unhealthyThreshold: 1_000 }

const HEDGE = { after: 'p95', maxExtra: 0.05 } as const

const POLICIES: readonly Contender[] = [
  { name: 'everything on', policy: 'pool', options: { enableAdaptiveBalancing: true, hedge: HEDGE } },
  { name: 'adaptive alone', policy: 'pool', options: { enableAdaptiveBalancing: true, ...ALONE } },
  { name: 'round robin alone', policy: 'round-robin', options: ALONE },
]

const scenario = (about: string, seconds: number, replicas: readonly ReplicaGroup[], more: Partial<Scenario> = {}): Scenario => ({
  name: about,
  about,
  calls: Number.POSITIVE_INFINITY,
  duration: seconds * 1_000,
  quickCalls: 0,
  workers: 1,
  zones: undefined,
  arrivals: { utilisation: [0.7, 0.7] },
  tools: TOOLS,
  replicas,
  restarts: undefined,
  priorities: { high: 0, low: 0 },
  timeout: undefined,
  within: undefined,
  cancellable: true,
  pool: TIMES,
  policies: [],
  ...more,
})

const restarts = (first: number, every: number, drain: number, which?: string): Restarts => ({ group: which, first, every, down: 250, drain, noticed: 1 })

/** Clients are made and given up while replicas come and go. */
const ROLLING: readonly Contender[] = [{ name: 'everything on', policy: 'pool', options: { enableAdaptiveBalancing: true, hedge: HEDGE } }]

/** Interference of a replica, as in Dean & Barroso, "The Tail at Scale", CACM 2013: short calls, some of which meet something that takes a second. */
const INTERFERENCE: Trouble = { when: ALWAYS, does: 'stall', probability: 0.005, delay: { constant: 1_000 } }
const SHORT: Distribution = { lognormal: { median: 4, sigma: 0.3, min: 1, max: 12 } }

/** Runs of so many seconds; `well` replicas are well where one of all is not. */
export function casesOf(seconds: number, well: number): readonly RealityCase[] {
  const bad = (trouble: Trouble): readonly ReplicaGroup[] => [group(well), group(1, { name: 'bad', troubles: [trouble] })]
  const rolling = (drain: number): Scenario =>
    scenario('', seconds, [group(4)], {
      arrivals: { utilisation: [0.5, 0.5] },
      tools: TOOLS.map((tool) => ({ ...tool, service: { lognormal: { median: 15, sigma: 1, min: 1, max: 500 } } })),
      restarts: restarts(seconds * 50, 1_500, drain),
    })
  return [
    {
      name: 'S2 one at 1/5 speed',
      smoke: true,
      era: 'modern',
      scenario: scenario('', seconds, [group(well), group(1, { speed: 1 / 5 })]),
      contenders: POLICIES,
    },
    {
      name: 'S3 one fails at once',
      era: 'modern',
      scenario: scenario('', seconds, bad({ when: ALWAYS, does: 'fail', probability: 1, after: FAILS_AFTER, as: 'error' })),
      contenders: POLICIES,
    },
    {
      name: 'S3 one fails slowly',
      era: 'legacy',
      scenario: scenario('', seconds, bad({ when: ALWAYS, does: 'fail', probability: 1, after: 900 * SCALE, as: 'error' })),
      contenders: POLICIES,
    },
    {
      name: 'S4 one answers nothing',
      era: 'modern',
      scenario: scenario('', seconds, bad({ when: { ...ALWAYS, from: seconds * 100 }, does: 'hang', probability: 1 })),
      contenders: POLICIES,
    },
    {
      name: 'S4 one drops SYN',
      smoke: true,
      era: 'modern',
      deaf: true,
      scenario: scenario('', seconds, bad({ when: { ...ALWAYS, from: seconds * 100 }, does: 'hang', probability: 1, after: CONNECTING })),
      contenders: POLICIES,
    },
    {
      name: 'S7 one comes back cold',
      era: 'modern',
      scenario: scenario('', seconds, [group(well), group(1, { name: 'cold', warmUp: { speed: 1 / 5, length: 10_000 * SCALE } })], {
        restarts: restarts(seconds * 50, 2_000, 2_000, 'cold'),
      }),
      contenders: POLICIES,
    },
    { name: 'S8 rolling restart, drained, modern', era: 'modern', lossless: true, scenario: rolling(2_000), contenders: ROLLING },
    { name: 'S8 rolling restart, drained, legacy', lossless: true, era: 'legacy', smoke: true, scenario: rolling(2_000), contenders: ROLLING },
    { name: 'S8 rolling restart, killed', era: 'modern', scenario: rolling(0), contenders: ROLLING },
    {
      name: 'hedging, The Tail at Scale',
      smoke: true,
      era: 'modern',
      scenario: scenario('', seconds, [group(10, { slots: 8, troubles: [INTERFERENCE] })], {
        arrivals: { rate: 500 },
        tools: [{ name: 'work', share: 1, safe: true, service: SHORT }],
      }),
      contenders: [
        { name: 'hedge after 20 ms', policy: 'pool', options: { enableAdaptiveBalancing: true, hedge: { after: 20, maxExtra: 0.03 } } },
        { name: 'no hedge', policy: 'pool', options: { enableAdaptiveBalancing: true } },
      ],
    },
  ]
}
