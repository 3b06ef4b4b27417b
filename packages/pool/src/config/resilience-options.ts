import type { Milliseconds } from '../ports.js'
import type { HedgeDelay } from './hedge-delay.js'

/**
 * How much of the load retries may add. "At most 3 retries" bounds a call, and multiplies the load by 4 exactly when the servers
 * can bear it least; a budget bounds the whole pool: at most `ratio` x calls + `reserve` x seconds in any `window`.
 */
export interface RetryBudgetOptions {
  /** Retries per call. 0 leaves only the reserve; 1 may double the load. Range 0 … 10. @default 0.2 */
  readonly ratio?: number | undefined
  /** Retries per second besides. Raise it where calls are rare and replicas many. Range 0 … 10,000. @default 10 */
  readonly reserve?: number | undefined
  /** How far back calls and retries count. Range 1,000 … 60,000 ms. @default 10_000 */
  readonly window?: Milliseconds | undefined
}

/** When a second attempt of a slow call goes to another replica. The first answer counts, and the other attempt is cancelled. */
export interface HedgeOptions {
  /**
   * How long the first attempt may take: a time, or a quantile of what calls of the same kind took. Lower it for shorter tails, at
   * the price of more of the budget. Range 1 … 2,147,483,647 ms, below `requestTimeout`; `'p50'` … `'p99'`. @default 'p95'
   */
  readonly after?: HedgeDelay | undefined
  /** Hedges per call at most, over the whole pool: the load that they may add. Range above 0 … 1. @default 0.05 */
  readonly maxExtra?: number | undefined
}

/** The part of the options that says what happens when servers fail, are slow, or have too much to do. */
export interface ResilienceOptions {
  /**
   * Failures in a row, within `breakerTimeout`, that open the circuit breaker of a client; its calls then fail at once with `CIRCUIT_OPEN` where
   * nobody else can take them. Without it, and without any other `breaker…` option, there is no breaker: ejection, which is on, does
   * the same with regard to the other clients. Give one where a failing server must be left alone whatever that costs.
   * Range 1 … 1,000,000. @default none; 5 where another `breaker…` option is given, and in `CircuitBreakerPool`
   */
  readonly breakerThreshold?: number | undefined
  /** How far back the breaker counts. Raise it where calls are rare. Range 1 … 2,147,483,647 ms. @default 60_000 */
  readonly breakerTimeout?: Milliseconds | undefined
  /** How long an open breaker waits before it lets trial calls through, and for one of them before it lets another through in its place. Range 1 … 2,147,483,647 ms. @default 30_000 */
  readonly breakerResetTimeout?: Milliseconds | undefined
  /** Share of the calls within `breakerTimeout` whose failure opens the breaker as well, from `breakerMinimumVolume` on. Range 0.01 … 1. @default 0.5 */
  readonly breakerFailureRate?: number | undefined
  /** Calls within `breakerTimeout` below which their rate says nothing. Range 1 … 1,000,000. @default 10 */
  readonly breakerMinimumVolume?: number | undefined
  /** Trial calls of a half-open breaker: so many, which all have to go well for it to close. Range 1 … 1,000. @default 3 */
  readonly breakerTrials?: number | undefined

  /**
   * Share of the clients, in percent, that may be out at once for what their calls came to: failing, slow against the others, or silent.
   * One may always be, where there is another. 0 turns ejection off; then `unhealthyThreshold` failed calls in a row make a client
   * unhealthy. Range 0 … 100. @default 50
   */
  readonly maxEjectionPercent?: number | undefined
  /** How long a client is out the first time; each time that follows soon is longer. Range 1 … 2,147,483,647 ms. @default 10_000 */
  readonly baseEjectionTime?: Milliseconds | undefined
  /** How long it is out at most. Range 1 … 2,147,483,647 ms. @default 300_000, or `baseEjectionTime` where that is longer */
  readonly maxEjectionTime?: Milliseconds | undefined
  /**
   * Share of the clients, in percent, beyond which ejections are distrusted and the ejected are used all the same: what fails everywhere
   * says more of the calls than of the clients. 100 never does. Range 1 … 100. @default 50
   */
  readonly panicThreshold?: number | undefined
  /** How long a client that is new, or back, is given less than its share. Raise it for servers that start cold; 0 turns it off. Range 0 … 2,147,483,647 ms. @default 10_000 */
  readonly slowStartTime?: Milliseconds | undefined

  /** How much of the load retries may add, over the whole pool. */
  readonly retryBudget?: RetryBudgetOptions | undefined
  /**
   * A second attempt on another replica when the first is slow; for calls that may run twice, and no others. `{}` turns it on.
   *
   * Against interference (a neighbour, a pause, a queue), not against requests that are long by themselves: those are as long elsewhere.
   * Where work is heavy-tailed the slowest 5% of the calls hold half of it, and `after: 'p95'` does much of that half twice: on replicas
   * that are 70% busy the mean rises by about 30% (simulated: 20 to 65%, by their slots), on busier ones it doubles. Give such calls `hedge: false`, or `after` a time that only a replica in trouble takes. @default none
   */
  readonly hedge?: HedgeOptions | undefined

  /** Calls that nobody can take wait in a queue, by their `priority`, in place of failing with `NO_HEALTHY_CLIENTS`. @default false, in `PriorityClientPool` true */
  readonly enablePriorityQueues?: boolean | undefined
  /**
   * How long a call may wait in the queue, before its `callTimeout` begins; it then fails with `QUEUE_TIMEOUT`. There is a queue with
   * `enablePriorityQueues`, and with a limit of concurrent requests. Range 1 … 2,147,483,647 ms. @default 30_000
   */
  readonly queueTimeout?: Milliseconds | undefined
  /** Calls that may wait; beyond them those of the lowest priority fail with `QUEUE_FULL`. 0 lets nobody wait at a limit. Range 0 … 1,000,000. @default 1_000 */
  readonly maxQueueSize?: number | undefined
  /**
   * Calls under way at one client at most; others wait. `'adaptive'` finds the number at which latency begins to rise: for servers whose
   * capacity is not known, or changes. Range 1 … 1,000,000. @default no limit
   */
  readonly maxConcurrentRequestsPerClient?: number | 'adaptive' | undefined
  /** Calls of one tool under way at one client at most, by the tool's name. For tools that a server bears few of at once. Range of each 1 … 1,000,000. @default {} */
  readonly maxConcurrentRequestsPerTool?: Readonly<Record<string, number>> | undefined

  /** The algorithm is `adaptive`, where no `loadBalancingAlgorithm` is given. @default false */
  readonly enableAdaptiveBalancing?: boolean | undefined
  /** How fast the adaptive algorithm believes what is new; 0 not at all. Range 0 … 1. @default 0.1 */
  readonly learningRate?: number | undefined
}
