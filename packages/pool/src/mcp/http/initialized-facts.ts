import { PoolError } from '../../errors.js'
import type { JsonObject, ServerFacts } from '../../ports.js'
import { LEGACY_VERSIONS } from '../handshake.js'
import { isObject } from '../json-object.js'

/** What a server said in its answer to `initialize`. @throws PoolError where it chose a revision that the pool does not speak */
export function initializedFacts(result: JsonObject, label: string): ServerFacts {
  const { protocolVersion, capabilities, serverInfo, instructions } = result
  if (typeof protocolVersion !== 'string' || !LEGACY_VERSIONS.includes(protocolVersion)) {
    throw new PoolError('CONNECT_FAILED', `${label} answered initialize with revision ${JSON.stringify(protocolVersion)}, which the pool does not speak`, {
      endpoint: label,
    })
  }
  return {
    protocolVersion,
    capabilities: isObject(capabilities) ? capabilities : {},
    serverInfo: isObject(serverInfo) ? serverInfo : undefined,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  }
}
