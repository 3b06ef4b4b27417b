import type { PoolError } from '../../errors.js'
import type { Attempt, JsonRpcNotification, JsonRpcResponse } from '../../ports.js'
import { crossingRefused } from '../crossing.js'
import { passesLogLevel, translateNotification, translateResponse } from '../translate.js'
import type { Lane } from './lane.js'

/** An answer for a caller of the other era; a `PoolError` where this replica cannot serve it and another may. */
export function answerAcross(attempt: Attempt, response: JsonRpcResponse, lane: Lane): JsonRpcResponse | PoolError {
  const plan = translateResponse(attempt.request, response, attempt.era, lane.facts)
  if (plan.act === 'answer') return plan.response
  return crossingRefused(plan.reason, lane.channel.label, 'sent')
}

export function notificationAcross(attempt: Attempt, notification: JsonRpcNotification): JsonRpcNotification | undefined {
  if (attempt.era === 'modern' && !passesLogLevel(notification, attempt.request)) return undefined
  return translateNotification(notification, attempt.era)
}
