/**
 * `mcp-client-pool/testing`: what tests of the pool, and of programs on it, need to run without network and without
 * waiting.
 */

// Time and chance
export { seededRandom } from './seeded-random.js'
export { VirtualTime } from './virtual-time.js'

// Connections that do as they are told
export { answer, answerError, type Behaviour, fail, hang, type Script } from './script.js'
export { ScriptedConnection, type ScriptedConnectionOptions, ScriptedExchange } from './scripted-connection.js'
