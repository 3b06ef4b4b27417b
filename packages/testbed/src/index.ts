// Servers
export type { ModernServer, ModernServerOptions } from './modern-server.js'
export { startModernServer } from './modern-server.js'
export type { LegacyServer, LegacyServerOptions } from './legacy-server.js'
export { startLegacyServer } from './legacy-server.js'
export type { SseServer, SseServerOptions } from './sse-server.js'
export { startSseServer } from './sse-server.js'
export type { HttpOptions, HttpServer, RunningServer } from './http-host.js'
export type { Auth } from './bearer.js'

// What they offer, and what they have executed
export type { CatalogueOptions, Change } from './catalogue.js'
export { Catalogue } from './catalogue.js'
export { TOOLS } from './tools.js'
export type { ToolHints, ToolSpec } from './tool-spec.js'
export { COUNTER_URI, IDENTITY_URI, ITEM_TEMPLATE } from './resources.js'
export type { Ledger } from './ledger.js'
export { MemoryLedger } from './ledger.js'

// How they go wrong, and what they got
export type { Fault, FaultName } from './fault.js'
export { Faults } from './faults.js'
export type { RecordedRequest, RequestFilter } from './request-log.js'
export { RequestLog } from './request-log.js'
