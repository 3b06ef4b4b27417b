import type { Attributes } from '@opentelemetry/api'
import type { ObservedClient } from '../ports.js'
import { ATTRIBUTE } from './attributes.js'

interface Known {
  readonly connection: object
  readonly attributes: Attributes
}

/** What spans say of a client, made once for each of its connections. */
export class ClientAttributes {
  readonly #known = new WeakMap<ObservedClient, Known>()

  of(client: ObservedClient): Attributes {
    const known = this.#known.get(client)
    if (known !== undefined && known.connection === client.connection) return known.attributes
    const attributes = describe(client)
    this.#known.set(client, { connection: client.connection, attributes })
    return attributes
  }
}

function describe({ id, endpointLabel, connection }: ObservedClient): Attributes {
  const attributes: Attributes = { [ATTRIBUTE.client]: id, [ATTRIBUTE.endpoint]: endpointLabel, ...whereabouts(endpointLabel) }
  const version = connection.facts?.protocolVersion
  if (version !== undefined) attributes[ATTRIBUTE.protocolVersion] = version
  return attributes
}

/** The label of an endpoint is its URL, unless it is a child process. */
function whereabouts(label: string): Attributes {
  const url = /^https?:\/\//i.test(label) ? parsed(label) : undefined
  if (url === undefined) return { [ATTRIBUTE.transport]: 'pipe' }
  return {
    [ATTRIBUTE.transport]: 'tcp',
    [ATTRIBUTE.protocolName]: 'http',
    // An IPv6 address stands in brackets in a URL only.
    [ATTRIBUTE.serverAddress]: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    [ATTRIBUTE.serverPort]: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  }
}

function parsed(label: string): URL | undefined {
  try {
    return new URL(label)
  } catch {
    return undefined
  }
}
