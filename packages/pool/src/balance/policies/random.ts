import type { Policy } from './policy.js'

/** Anyone, with the same probability. */
export const uniformly: Policy = (candidates, _now, random) => Math.floor(random() * candidates.size)
