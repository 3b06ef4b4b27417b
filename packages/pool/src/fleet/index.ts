// The fleet, and what it is composed with
export { Fleet, type ShutdownOptions } from './fleet.js'
export { FleetClient } from './fleet-client.js'
export { StateView } from './state-view.js'
export type { ConnectionTotals, ConnectOptions, EndpointChanges, FleetHooks } from './fleet-ports.js'

// What users see of it
export type { Ejection } from './call-record.js'
export { type CircuitRecord, circuitView } from './circuit-view.js'
export type { LiveMap } from './live-map.js'
export type { HealthReport, PooledClient } from './pooled-client.js'
export type { LoadMetrics } from './reports.js'
export type { HealthRecord, Views } from './views.js'
