/** Speaking MCP. For `pool.ts`, which composes, and for the gateway's doors. */

// Eras, and what differs between them
export { CODES, LOG_LEVELS } from './era-tables.js'
export { eraOfRequest, requiredEra } from './translate.js'

// The doors of the library that stand on one engine
export type {
  CallWishes,
  Engine,
  EngineCall,
  EngineExchange,
  FleetListener,
  OwnSession,
  SessionListener,
  SessionParameters,
} from './engine.js'
export { type TransportCallOptions, withCallOptions } from './call-options.js'
export type { JsonRpcMessage, SendOptions } from './sdk-message.js'
export type { PoolTransport } from './pool-transport.js'
export { SdkTransport, type TransportOptions } from './sdk-transport.js'
export { type PoolVerbs, TypedVerbs, type VerbOptions } from './verbs.js'

// Sessions
export { OwnedSession, type Seat, type SessionChange } from './session.js'

// Connections, and what they share
export { connectSse, connectStdio } from './channel/index.js'
export { EraMemory } from './era-memory.js'
export { connectHttp, NotStreamableHttp } from './http/connect.js'
export { ListenRota } from './listen-rota.js'
export { PoolLogLevel } from './pool-log-level.js'
export { ToolCatalog, type ToolsChange } from './tool-catalog.js'
export { ToolDirectory } from './tool-directory.js'
