import { leastOf, type ReferencePolicyFactory } from './reference-policy.js'

/** Knows everything but the length of a call: what all workers have outstanding everywhere, and how fast each replica is now. */
export const shortestExpectedDelay: ReferencePolicyFactory = ({ available, random }) => ({
  pick(now) {
    const good = available.filter((replica) => !replica.isBad(now))
    return leastOf(good.length > 0 ? good : available, random, (replica) => {
      const { slots } = replica.group
      return (1 + Math.max(0, replica.outstanding - slots + 1) / slots) / replica.speedAt(now)
    })
  },
})
