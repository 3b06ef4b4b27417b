import type { JsonRpcResponse, ReportedMetrics } from '../../ports.js'
import { isObject } from '../json-object.js'

/** `metrics` of a health answer; any answer at all, an error too, says that the server is alive. */
export function metricsIn(response: JsonRpcResponse): ReportedMetrics | undefined {
  if (!('result' in response)) return undefined
  const { metrics } = response.result
  return isObject(metrics) ? metrics : undefined
}
