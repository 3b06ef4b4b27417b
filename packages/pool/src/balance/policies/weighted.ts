import type { Milliseconds, Random, Requirements } from '../../ports.js'
import type { Candidates } from '../candidates.js'
import type { ReplicaLoad } from '../load.js'
import { FEW } from './policy.js'

/** A weight without load, failures or wishes. */
const FULL = 100
const LOW_LATENCY = 20
const HIGH_THROUGHPUT = 15

/** How often many candidates are drawn from before all are weighed. */
const DRAWS = 16

/**
 * How much of the traffic a replica should get, relative to others:
 *
 *     100 − 10 × active requests − CPU % − memory % / 10 − 20 × failures in a row
 *         + 20 where low latency is wanted and its average is under 100 ms
 *         + 15 where high throughput is wanted and fewer than 5 requests are active;   at least 1, times the endpoint's weight, and less in slow start
 */
export function weightOf(load: ReplicaLoad, now: Milliseconds, requirements?: Requirements): number {
  const { activeRequests, report, statistics } = load
  let weight = FULL - activeRequests * 10 - report.cpuUsage - report.memoryUsage / 10 - statistics.consecutiveFailures * 20
  if (requirements !== undefined) {
    if (requirements.lowLatency === true && load.averageLatency < 100) weight += LOW_LATENCY
    if (requirements.highThroughput === true && activeRequests < 5) weight += HIGH_THROUGHPUT
  }
  return Math.max(weight, 1) * load.weight * load.readiness(now)
}

/**
 * At random, in proportion to `weightOf`.
 *
 * Many candidates are not all weighed: one is drawn evenly and taken with the probability of its weight over the greatest
 * there can be, else drawn again. That is the same distribution; where all are so loaded that nobody is taken, all are weighed.
 */
export function weighted(candidates: Candidates, now: Milliseconds, random: Random, requirements?: Requirements): number {
  const { loads } = candidates
  if (loads.length > FEW) {
    const wished = (requirements?.lowLatency === true ? LOW_LATENCY : 0) + (requirements?.highThroughput === true ? HIGH_THROUGHPUT : 0)
    const greatest = candidates.greatestWeight * (FULL + wished)
    for (let draw = 0; draw < DRAWS; draw++) {
      const at = Math.floor(random() * loads.length)
      if (random() * greatest < weightOf(loads[at]!, now, requirements)) return at
    }
  }
  let sum = 0
  for (const load of loads) sum += weightOf(load, now, requirements)
  let rest = random() * sum
  for (let i = 0; i < loads.length; i++) {
    rest -= weightOf(loads[i]!, now, requirements)
    if (rest < 0) return i
  }
  return loads.length - 1
}
