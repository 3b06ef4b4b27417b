import type { Milliseconds, Random } from '../ports.js'
import type { ClientHealth } from './client-health.js'

/**
 * When to look at a client again.
 *
 * The interval that the user sets says what probing may cost while all is well. It must not say how long a replica that is
 * well again stays unused: with 30 s and two good probes that would be a minute. So whoever is unfit is probed at a pace of
 * its own, which ends as soon as the question is answered.
 *
 *     healthy, ejected        every interval; a healthy one that answered calls meanwhile is spared: see `needsProbe`
 *     unhealthy, recovering   at once, then every CONFIRMATION while probes pass, every SECOND_LOOK while they fail
 *     the others              not at all: there is no connection, or it will not be used again
 */
export function nextProbe(health: ClientHealth, interval: Milliseconds): Milliseconds | undefined {
  switch (health.status) {
    case 'healthy':
    case 'ejected':
      return interval
    case 'unhealthy':
    case 'recovering':
      if (health.consecutiveFailures > 0) return Math.min(interval, SECOND_LOOK)
      return health.goodProbes === 0 ? 0 : Math.min(interval, CONFIRMATION)
    case 'connecting':
    case 'disconnected':
    case 'draining':
      return undefined
  }
}

/**
 * Whether the interval that is over has to end with a probe. An answer to a call says what a probe would, so that servers in use are not probed, however
 * many workers they have. Whose last probe failed is asked again all the same: calls do not clear it.
 */
export function needsProbe({ status, consecutiveFailures }: ClientHealth, answeredCalls: boolean): boolean {
  return !(answeredCalls && status === 'healthy' && consecutiveFailures === 0)
}

/**
 * The first probe of a client that was just connected, or is well again: anywhere in the interval, so that a fleet that was started at one moment, or
 * workers that all got one server back, do not probe at one moment, then and ever after.
 */
export function firstProbe(interval: Milliseconds, random: Random): Milliseconds {
  return random() * interval
}

/** A little less than `delay`, for everybody something else: those who lost one server together would ask it together, again and again. */
export function apart(delay: Milliseconds, random: Random): Milliseconds {
  return delay * (3 / 4 + random() / 4)
}

/** Two good probes in a row should be two observations, not one: longer than a hiccup, much shorter than people wait. */
const CONFIRMATION: Milliseconds = 250

/** A failed probe is often followed by another; once a second costs nothing and finds the return within a second. */
const SECOND_LOOK: Milliseconds = 1_000
