import type { PoolError } from '../../errors.js'
import type { JsonRpcError } from '../../ports.js'
import { isObject } from '../json-object.js'
import type { HttpChannel } from './channel.js'
import { protocolFailure, statusFailure } from './failures.js'
import { bodyKind, header, type RawHeaders, retryAfter } from './response-headers.js'

/** What a status that is no success asks of whoever sent the request. */
export type Refusal =
  /** `otherwise`: what it comes to where no other token is to be had. */
  | { readonly ask: 'token'; readonly challenge: string | undefined; readonly otherwise: PoolError | undefined }
  /** The same request to another path of the same origin. */
  | { readonly ask: 'path'; readonly path: string; readonly forEver: boolean }
  /** A 4xx about the request: an answer, if the body has one; the era decides. */
  | { readonly ask: 'judgment'; readonly error: JsonRpcError | undefined }
  | { readonly ask: 'nothing'; readonly failure: PoolError }

/**
 * | status | means | progress |
 * | --- | --- | --- |
 * | 3xx | followed within the origin, and where method and body stay | |
 * | 401 | another token | |
 * | 403 | an answer; for want of scope another token | `answered` |
 * | 429, 503 with `Retry-After` | not run | `refused` |
 * | other 5xx | may have run | `sent` |
 * | other 4xx | the body is the answer, if it is one | |
 */
export function readRefusal(status: number, headers: RawHeaders, text: () => string, path: string, channel: HttpChannel): Refusal {
  const { label } = channel
  const wait = retryAfter(header(headers, 'retry-after'), channel.wallClock())
  if (status === 401) return { ask: 'token', challenge: header(headers, 'www-authenticate'), otherwise: undefined }
  if (status < 400) return redirect(status, header(headers, 'location'), path, channel)
  if (status === 403) {
    const challenge = header(headers, 'www-authenticate')
    const failure = statusFailure(status, 'answered', label, wait)
    return challenge?.includes('insufficient_scope') === true ? { ask: 'token', challenge, otherwise: failure } : { ask: 'nothing', failure }
  }
  if (status === 429 || (status === 503 && wait !== undefined)) return { ask: 'nothing', failure: statusFailure(status, 'refused', label, wait) }
  if (status >= 500) return { ask: 'nothing', failure: statusFailure(status, 'sent', label, wait) }
  return { ask: 'judgment', error: bodyKind(header(headers, 'content-type')) === 'json' ? errorIn(text()) : undefined }
}

/** Only within the origin, or token and arguments would go to whoever is named. */
function redirect(status: number, location: string | undefined, path: string, { url, origin, label }: HttpChannel): Refusal {
  const base = new URL(path, url).href
  const target = location !== undefined && URL.canParse(location, base) ? new URL(location, base) : undefined
  const keepsMethod = status === 307 || status === 308
  if (target !== undefined && keepsMethod && target.origin === origin) return { ask: 'path', path: target.pathname + target.search, forEver: status === 308 }
  const where = target === undefined ? 'nowhere' : target.origin === origin ? 'with another method' : `to ${target.origin}`
  return { ask: 'nothing', failure: protocolFailure(`redirects a request ${where} (HTTP ${status}), which is not followed`, label) }
}

function errorIn(text: string): JsonRpcError | undefined {
  try {
    const message: unknown = JSON.parse(text)
    if (isObject(message) && isObject(message['error']) && typeof message['error']['code'] === 'number') return message as unknown as JsonRpcError
  } catch {
    // An explanation for people: the status says enough.
  }
  return undefined
}
