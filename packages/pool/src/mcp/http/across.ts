import { PoolError } from '../../errors.js'
import type { Attempt, JsonRpcNotification, JsonRpcResponse } from '../../ports.js'
import { passesLogLevel, translateNotification, translateResponse } from '../translate.js'
import type { Lane } from './lane.js'

/** An answer for a caller of the other era; a `PoolError` where this replica cannot serve it and another may. */
export function answerAcross(attempt: Attempt, response: JsonRpcResponse, lane: Lane): JsonRpcResponse | PoolError {
  const plan = translateResponse(attempt.request, response, attempt.era, lane.facts)
  if (plan.act === 'answer') return plan.response
  return crossingRefused(plan.reason, lane.channel.label, 'sent')
}

/** No fault of the replica. `sent`: it may have run up to where it could not go on. */
export function crossingRefused(reason: string, endpoint: string, progress: 'refused' | 'sent' = 'refused'): PoolError {
  return new PoolError('NO_HEALTHY_CLIENTS', `${endpoint} cannot serve it: ${reason}`, { progress, endpoint })
}

export function notificationAcross(attempt: Attempt, notification: JsonRpcNotification): JsonRpcNotification | undefined {
  if (attempt.era === 'modern' && !passesLogLevel(notification, attempt.request)) return undefined
  return translateNotification(notification, attempt.era)
}
