/*
 * The index of a blocking query, by the rules of Consul's documentation ("Blocking Queries", implementation details). It is an
 * unsigned integer of 64 bits, more than a number holds.
 */

/** Asks for an answer at once. */
export const NO_INDEX = 0n

/**
 * What to ask with next, after an answer with this index.
 *
 * An index that went backwards (a restored snapshot, servers replaced) starts anew: to wait for one that is lower than what there was would
 * be to wait for ever. An index of 0, or none, is a defect of the server, which would not block on it and be asked without end: 1 blocks.
 */
export function nextIndex(previous: bigint, header: unknown): bigint {
  const index = typeof header === 'string' && /^\d{1,20}$/.test(header) ? BigInt(header) : 0n
  if (index < previous) return NO_INDEX
  return index === 0n ? 1n : index
}
