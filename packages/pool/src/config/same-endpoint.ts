import { isDeepStrictEqual } from 'node:util'
import type { ResolvedEndpoint } from './resolved.js'

/** Whether a connection to the one is as good as one to the other: they differ in what is said of the server at most, and in nothing that it is reached by. */
export function sameConnection(a: ResolvedEndpoint, b: ResolvedEndpoint): boolean {
  if (a.protocolVersion !== b.protocolVersion || a.trustAnnotations !== b.trustAnnotations) return false
  if (a.kind === 'stdio') return b.kind === 'stdio' && isDeepStrictEqual([a.command, a.args, a.env, a.cwd], [b.command, b.args, b.env, b.cwd])
  if (b.kind === 'stdio' || a.authProvider !== b.authProvider || a.dispatcher !== b.dispatcher || a.auth?.clientSecret !== b.auth?.clientSecret) return false
  return isDeepStrictEqual([a.url, a.transport, a.headers, a.auth, a.tls, a.proxy], [b.url, b.transport, b.headers, b.auth, b.tls, b.proxy])
}

/** Whether nothing at all differs. */
export function sameEndpoint(a: ResolvedEndpoint, b: ResolvedEndpoint): boolean {
  const said = ({ id, weight, tags }: ResolvedEndpoint): unknown => [id, weight, tags]
  return zoneOf(a) === zoneOf(b) && isDeepStrictEqual(said(a), said(b)) && sameConnection(a, b)
}

function zoneOf(endpoint: ResolvedEndpoint): string | undefined {
  return endpoint.kind === 'url' ? endpoint.zone : undefined
}
