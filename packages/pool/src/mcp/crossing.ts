import { PoolError } from '../errors.js'

/** What cannot be had from a replica of this era; no fault of the replica: another may serve it. `sent`: it may have run up to where it could not go on. */
export function crossingRefused(reason: string, endpoint: string, progress: 'refused' | 'sent' = 'refused'): PoolError {
  return new PoolError('NO_HEALTHY_CLIENTS', `${endpoint} cannot serve it: ${reason}`, { progress, endpoint })
}
