export { openTelemetry } from './open-telemetry.js'
export type { OpenTelemetryOptions } from '../config/index.js'

// What it is to a pool: its option `observer`
export type {
  AttemptFailure,
  AttemptReason,
  AttemptTrace,
  CallTrace,
  Carried,
  Era,
  JsonObject,
  JsonRpcError,
  JsonRpcId,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResult,
  MetaFields,
  Milliseconds,
  ObservedAttempt,
  ObservedCall,
  ObservedClient,
  ObservedEnd,
  ObservedPool,
  Observer,
  Priority,
  Progress,
} from '../ports.js'
