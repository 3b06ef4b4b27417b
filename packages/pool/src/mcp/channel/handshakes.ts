import { PoolError } from '../../errors.js'
import type { Era, JsonObject, JsonRpcResponse, Milliseconds, ServerFacts } from '../../ports.js'
import { META } from '../era-tables.js'
import { LEGACY_VERSIONS } from '../handshake.js'
import { isObject, metaOf } from '../json-object.js'
import { classifyProbe } from '../era-probe.js'
import { MODERN_VERSIONS } from '../translate-result.js'
import type { AskPorts } from './channel-ask.js'
import { askChannel } from './channel-ask.js'
import type { Channel } from './channel.js'

/** What a client says of itself, in either era. */
export interface Introduction {
  readonly clientInfo: JsonObject
  readonly capabilities: JsonObject
  /** Revision of the legacy era to ask for. */
  readonly legacyVersion: string
}

export interface Met {
  readonly era: Era
  readonly facts: ServerFacts
}

export function envelopeOf({ clientInfo, capabilities }: Introduction, protocolVersion: string): JsonObject {
  return { [META.protocolVersion]: protocolVersion, [META.clientInfo]: clientInfo, [META.clientCapabilities]: capabilities }
}

/** `server/discover`. undefined: the server answered, and is of the legacy era. */
export async function discover(channel: Channel, ports: AskPorts, introduction: Introduction, timeout: Milliseconds): Promise<Met | undefined> {
  // Twice at most: a server that wants another revision is asked with that one (2026-07-28, basic/versioning).
  for (let version = MODERN_VERSIONS[0]!, asked = 0; asked < 2; asked++) {
    const response = await askChannel(channel, ports, 'server/discover', { _meta: envelopeOf(introduction, version) }, timeout)
    const verdict = classifyProbe({ response }, ports.label)
    if (verdict.era === 'legacy') return undefined
    if (verdict.era === 'none') throw verdict.failure
    if (verdict.era === 'modern') return { era: 'modern', facts: factsOf(verdict.version, verdict.discovered, metaOf(verdict.discovered)?.[META.serverInfo]) }
    version = verdict.version
  }
  throw new PoolError('PROTOCOL', `${ports.label} asks for a protocol version and refuses it`, { progress: 'answered', endpoint: ports.label })
}

/** `initialize` and `notifications/initialized` (`2025-11-25/basic/lifecycle`). */
export async function initialize(channel: Channel, ports: AskPorts, introduction: Introduction, timeout: Milliseconds): Promise<Met> {
  const { clientInfo, capabilities, legacyVersion: protocolVersion } = introduction
  const response = await askChannel(channel, ports, 'initialize', { protocolVersion, capabilities, clientInfo }, timeout)
  const result = resultOf(response, ports.label)
  const version = result['protocolVersion']
  if (typeof version !== 'string' || !LEGACY_VERSIONS.includes(version))
    throw new PoolError('PROTOCOL', `${ports.label} speaks protocol version ${String(version)}, which the pool does not`, {
      progress: 'answered',
      endpoint: ports.label,
    })
  channel.setProtocolVersion(version)
  await channel.notify({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return { era: 'legacy', facts: factsOf(version, result, result['serverInfo']) }
}

function resultOf(response: JsonRpcResponse, label: string): JsonObject {
  if ('result' in response) return response.result
  const { code, message } = response.error
  throw new PoolError('CONNECT_FAILED', `${label} refused to initialize: ${message} (${code})`, { progress: 'answered', endpoint: label })
}

function factsOf(protocolVersion: string, result: JsonObject, serverInfo: unknown): ServerFacts {
  const { capabilities, instructions } = result
  return {
    protocolVersion,
    serverInfo: isObject(serverInfo) ? serverInfo : undefined,
    capabilities: isObject(capabilities) ? capabilities : {},
    instructions: typeof instructions === 'string' ? instructions : undefined,
  }
}
