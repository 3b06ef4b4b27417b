import { PoolError } from '../../errors.js'

/** What cannot be had from a replica of this era; no fault of the replica, and nothing ran: another may serve it. */
export function crossingRefused(reason: string, endpoint: string): PoolError {
  return new PoolError('NO_HEALTHY_CLIENTS', `${endpoint} cannot serve it: ${reason}`, { progress: 'refused', endpoint })
}
