import type { Check, OptionTable, Read } from './checks.js'
import { boolean, frozen, isRecord, number, object } from './checks.js'
import { hedgeDelay } from './hedge-delay.js'
import { count, duration, durationOrNone, share } from './quantities.js'
import type { HedgeOptions, ResilienceOptions, RetryBudgetOptions } from './resilience-options.js'

/** The rows of the table of options that `resilience-options.ts` describes. */

const row = { since: '0.1.0' } as const

/** More than any server bears: a larger number is a mistake. */
const MANY = 1_000_000

type BudgetDefaults = 'ratio' | 'reserve' | 'window'
type HedgeDefaults = 'after' | 'maxExtra'

export type CheckedRetryBudget = Read<RetryBudgetOptions, BudgetDefaults>
export type CheckedHedge = Read<HedgeOptions, HedgeDefaults>

export const retryBudgetOptions: OptionTable<RetryBudgetOptions, BudgetDefaults> = {
  ratio: { ...row, check: share(0, 10), default: 0.2, doc: 'Retries per call. 0 leaves only the reserve; 1 may double the load.' },
  reserve: { ...row, check: share(0, 10_000), default: 10, doc: 'Retries per second besides. Raise it where calls are rare and replicas many.' },
  window: {
    ...row,
    check: number({ min: 1_000, max: 60_000, whole: false, unit: 'ms' }),
    default: 10_000,
    doc: 'How far back calls and retries count.',
  },
}

const { ratio, reserve, window } = retryBudgetOptions

const someShare = share(0, 1)

const maxExtra: Check<number> = {
  ...someShare,
  read: (value, place) => (value === 0 ? place.must('be above 0: a hedge without a budget would never be sent') : someShare.read(value, place)),
}

export const hedgeOptions: OptionTable<HedgeOptions, HedgeDefaults> = {
  after: {
    ...row,
    check: hedgeDelay,
    default: 'p95',
    doc: 'How long the first attempt may take: a time below `requestTimeout`, or a quantile of what calls of the same kind took. Lower it for shorter tails, at the price of more of the budget.',
  },
  maxExtra: { ...row, check: maxExtra, default: 0.05, doc: 'Hedges per call at most, over the whole pool: the load that they may add. Above 0.' },
}

const places = count(1, MANY)

const placesOrAdaptive: Check<number | 'adaptive'> = {
  ...places,
  type: `${places.type} | 'adaptive'`,
  read(value, place) {
    if (value === 'adaptive') return value
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MANY
    return fits ? value : place.wrong(`a whole number in ${places.range}, or 'adaptive'`, value)
  },
}

/** Any name may be that of a tool, also `constructor`: nothing is inherited. */
const placesOfTools: Check<Readonly<Record<string, number>>> = {
  type: '{ [tool]: number }',
  range: places.range!,
  read(value, place) {
    if (!isRecord(value)) return place.wrong('an object with a number for each tool', value)
    const limits: Array<[string, number]> = []
    for (const [tool, given] of Object.entries(value)) {
      if (tool === '') place.must('name its tools: one of the names is an empty string')
      const limit = given === undefined ? undefined : places.read(given, place.member(tool))
      if (limit !== undefined) limits.push([tool, limit])
    }
    return Object.freeze(Object.setPrototypeOf(Object.fromEntries(limits), null) as Record<string, number>)
  },
}

/** As `ResilienceOptions`, with what is nested read already. */
export type CheckedResilience = Omit<ResilienceOptions, 'retryBudget' | 'hedge'> & {
  readonly retryBudget?: CheckedRetryBudget | undefined
  readonly hedge?: CheckedHedge | undefined
}

/** Those without a default that follows from others or is none. */
export type ResilienceDefaults = Exclude<keyof CheckedResilience, 'breakerThreshold' | 'maxEjectionTime' | 'hedge' | 'maxConcurrentRequestsPerClient'>

export const resilienceOptions: OptionTable<CheckedResilience, ResilienceDefaults> = {
  breakerThreshold: {
    ...row,
    check: count(1, MANY),
    otherwise: 'none; 5 where another `breaker…` option is given, and in `CircuitBreakerPool`',
    doc: 'Failures in a row, within `breakerTimeout`, that open the circuit breaker of a client; its calls then fail at once with `CIRCUIT_OPEN` where nobody else can take them. Give one where a failing server must be left alone whatever that costs.',
  },
  breakerTimeout: { ...row, check: duration, default: 60_000, doc: 'How far back the breaker counts. Raise it where calls are rare.' },
  breakerResetTimeout: {
    ...row,
    check: duration,
    default: 30_000,
    doc: 'How long an open breaker waits before it lets trial calls through, and for one of them before it lets another through in its place.',
  },
  breakerFailureRate: {
    ...row,
    check: share(0.01, 1),
    default: 0.5,
    doc: 'Share of the calls within `breakerTimeout` whose failure opens the breaker as well, from `breakerMinimumVolume` on.',
  },
  breakerMinimumVolume: { ...row, check: count(1, MANY), default: 10, doc: 'Calls within `breakerTimeout` below which their rate says nothing.' },
  breakerTrials: {
    ...row,
    check: count(1, 1_000),
    default: 3,
    doc: 'Trial calls of a half-open breaker: so many, which all have to go well for it to close.',
  },

  maxEjectionPercent: {
    ...row,
    check: share(0, 100),
    default: 50,
    doc: 'Share of the clients, in percent, that may be out at once for what their calls came to: failing, slow against the others, or silent. One may always be, where there is another. 0 turns ejection off; then `unhealthyThreshold` failed calls in a row make a client unhealthy.',
  },
  baseEjectionTime: { ...row, check: duration, default: 10_000, doc: 'How long a client is out the first time; each time that follows soon is longer.' },
  maxEjectionTime: { ...row, check: duration, otherwise: '300,000, or `baseEjectionTime` where that is longer', doc: 'How long it is out at most.' },
  panicThreshold: {
    ...row,
    check: share(1, 100),
    default: 50,
    doc: 'Share of the clients, in percent, beyond which ejections are distrusted and the ejected are used all the same: what fails everywhere says more of the calls than of the clients. 100 never does.',
  },
  slowStartTime: {
    ...row,
    check: durationOrNone,
    default: 10_000,
    doc: 'How long a client that is new, or back, is given less than its share. Raise it for servers that start cold; 0 turns it off.',
  },

  retryBudget: {
    ...row,
    check: frozen(object(retryBudgetOptions)),
    default: Object.freeze({ ratio: ratio.default, reserve: reserve.default, window: window.default }),
    otherwise: 'see below',
    doc: 'How much of the load retries may add, over the whole pool.',
  },
  hedge: {
    ...row,
    check: frozen(object(hedgeOptions)),
    otherwise: 'none',
    doc: 'A second attempt on another replica when the first is slow; for calls that may run twice, and no others. Not for work that is long by itself. `{}` turns it on; see below.',
  },

  enablePriorityQueues: {
    ...row,
    check: boolean,
    default: false,
    doc: 'Calls that nobody can take wait in a queue, by their `priority`, in place of failing with `NO_HEALTHY_CLIENTS`. `PriorityClientPool` turns it on.',
  },
  queueTimeout: {
    ...row,
    check: duration,
    default: 30_000,
    doc: 'How long a call may wait in the queue, before its `callTimeout` begins; it then fails with `QUEUE_TIMEOUT`. There is a queue with `enablePriorityQueues`, and with a limit of concurrent requests.',
  },
  maxQueueSize: {
    ...row,
    check: count(0, MANY),
    default: 1_000,
    doc: 'Calls that may wait; beyond them those of the lowest priority fail with `QUEUE_FULL`. 0 lets nobody wait at a limit.',
  },
  maxConcurrentRequestsPerClient: {
    ...row,
    check: placesOrAdaptive,
    otherwise: 'no limit',
    doc: "Calls under way at one client at most; others wait. `'adaptive'` finds the number at which latency begins to rise: for servers whose capacity is not known, or changes.",
  },
  maxConcurrentRequestsPerTool: {
    ...row,
    check: placesOfTools,
    default: Object.freeze(Object.create(null) as Record<string, number>),
    doc: "Calls of one tool under way at one client at most, by the tool's name. For tools that a server bears few of at once.",
  },

  enableAdaptiveBalancing: { ...row, check: boolean, default: false, doc: 'The algorithm is `adaptive`, where no `loadBalancingAlgorithm` is given.' },
  learningRate: { ...row, check: share(0, 1), default: 0.1, doc: 'How fast the adaptive algorithm believes what is new; 0 not at all.' },
}
