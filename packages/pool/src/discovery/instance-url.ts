import { isIPv6 } from 'node:net'
import type { ResolvedInstance } from '../config/index.js'

/**
 * The URL of an instance. A port that is none makes a URL that is none: whoever checks the endpoint says so, and shows it.
 */
export function instanceUrl(host: string, port: unknown, { scheme, path }: ResolvedInstance): string {
  const authority = isIPv6(host) ? `[${host}]` : host
  const known = typeof port === 'number' && Number.isInteger(port) && port > 0 ? String(port) : 'no-port'
  return `${scheme}://${authority}:${known}${path.startsWith('/') ? '' : '/'}${path}`
}
