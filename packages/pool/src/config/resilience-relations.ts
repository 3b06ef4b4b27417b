import type { Place } from './problems.js'
import type { CheckedHedge, CheckedResilience, CheckedRetryBudget, ResilienceDefaults } from './resilience-schema.js'
import type { Read } from './checks.js'
import type { ResolvedResilience } from './resolved.js'

/** As the table reads them: a breaker that is asked for without a threshold, and times without an end, are still to be resolved. */
export type ReadResilience = Read<CheckedResilience, ResilienceDefaults>

/** Options of others that these are held against. */
interface Others {
  readonly retryAttempts: number
  readonly requestTimeout: number
  readonly resetTimeoutOnProgress: boolean
}

const BREAKER = ['breakerTimeout', 'breakerResetTimeout', 'breakerFailureRate', 'breakerMinimumVolume', 'breakerTrials'] as const
const QUEUE = ['queueTimeout', 'maxQueueSize'] as const

/** As in the seed of the field's breakers: `CircuitBreakerPool` without options. */
const BREAKER_THRESHOLD = 5
const MAX_EJECTION_TIME = 300_000

/** The defaults that follow from other options. `named` are those that were given. */
export function resolveResilience(read: ReadResilience, named: ReadonlySet<string>): ResolvedResilience {
  // Whoever says how a breaker has to be wants one.
  const breaks = BREAKER.some((name) => named.has(name))
  return {
    ...read,
    breakerThreshold: read.breakerThreshold ?? (breaks ? BREAKER_THRESHOLD : undefined),
    maxEjectionTime: read.maxEjectionTime ?? Math.max(MAX_EJECTION_TIME, read.baseEjectionTime),
  }
}

/**
 * Refuses combinations that cannot mean what they say.
 *
 * An option that depends on another which is turned off by name (`enablePriorityQueues: false`) may stand, so that a switch can be
 * flipped without taking the rest away; one whose switch nobody mentioned is a mistake.
 */
export function checkRelations(read: ReadResilience, others: Others, named: ReadonlySet<string>, place: Place): void {
  const { baseEjectionTime, maxEjectionTime, enablePriorityQueues, maxQueueSize } = read
  if (maxEjectionTime !== undefined && maxEjectionTime < baseEjectionTime)
    place.member('maxEjectionTime').must(`be at least baseEjectionTime (${baseEjectionTime}), got ${maxEjectionTime}`)
  if (enablePriorityQueues && maxQueueSize === 0)
    place.member('maxQueueSize').must('be at least 1 with enablePriorityQueues: in a queue of 0 nobody waits, whatever the priority')
  if (!queues(read) && !named.has('enablePriorityQueues')) {
    for (const name of QUEUE) {
      if (named.has(name))
        place.member(name).must('come with a queue: give enablePriorityQueues, maxConcurrentRequestsPerClient or maxConcurrentRequestsPerTool')
    }
  }
  checkBudget(read.retryBudget, others, place.member('retryBudget'))
  if (read.hedge !== undefined) checkHedge(read.hedge, others, place.member('hedge'))
}

/** Whether there is anything that calls wait for. */
function queues({ enablePriorityQueues, maxConcurrentRequestsPerClient, maxConcurrentRequestsPerTool }: ReadResilience): boolean {
  return enablePriorityQueues || maxConcurrentRequestsPerClient !== undefined || Object.keys(maxConcurrentRequestsPerTool).length > 0
}

function checkBudget({ ratio, reserve }: CheckedRetryBudget, { retryAttempts }: Others, place: Place): void {
  if (ratio === 0 && reserve === 0 && retryAttempts > 0)
    place.must('leave something: with a ratio and a reserve of 0 nothing is ever repeated; to turn retries off, set retryAttempts to 0')
}

function checkHedge({ after }: CheckedHedge, { requestTimeout, resetTimeoutOnProgress }: Others, place: Place): void {
  if (typeof after === 'number' && after >= requestTimeout && !resetTimeoutOnProgress)
    place
      .member('after')
      .must(`be below requestTimeout (${requestTimeout}), got ${after}: an attempt that takes so long is given up by then, and a hedge never sent`)
}
