import { Agent, type Dispatcher, fetch as undiciFetch, ProxyAgent, type RequestInit as UndiciInit } from 'undici'
import type { Fetch } from './types.js'

/** How an endpoint wants its own requests to travel. */
export interface Travel {
  readonly dispatcher: Dispatcher | undefined
  readonly proxy: string | undefined
  readonly tls: { readonly ca?: unknown; readonly cert?: unknown; readonly key?: unknown; readonly rejectUnauthorized?: boolean | undefined } | undefined
}

/** Dispatchers that go wherever a request says, by the name of their class: an application's undici may be another copy than ours. */
const GOES_ANYWHERE: ReadonlySet<string> = new Set(['Agent', 'ProxyAgent', 'EnvHttpProxyAgent', 'MockAgent'])

/**
 * `fetch` to the authorization server of an endpoint, by the way that the endpoint's own requests take: its CA and client certificate, its
 * proxy, its dispatcher. undefined: nothing special, and so the `fetch` of everybody.
 *
 * A `Client` or `Pool` of the user's sends everything to the one origin that it was made for, whatever the request says; a client's
 * secret must not go there. Only dispatchers that are known to honour the origin are used. `tls.servername` names the endpoint's host and
 * not the authorization server's.
 */
export function endpointFetch({ dispatcher, proxy, tls }: Travel): Fetch | undefined {
  const given = dispatcher !== undefined && goesAnywhere(dispatcher) ? dispatcher : undefined
  if (given !== undefined) return over(() => given)
  if (proxy === undefined && tls === undefined) return undefined
  let made: Dispatcher | undefined
  // Idle sockets close by themselves after seconds, and keep no process alive: nothing has to be closed.
  return over(() => (made ??= make(proxy, tls)))
}

function make(proxy: string | undefined, tls: Travel['tls']): Dispatcher {
  const { ca, cert, key, rejectUnauthorized } = tls ?? {}
  const connect = Object.fromEntries(Object.entries({ ca, cert, key, rejectUnauthorized }).filter(([, value]) => value !== undefined))
  const common = { pipelining: 1, allowH2: false }
  return proxy === undefined ? new Agent({ ...common, connect }) : new ProxyAgent({ ...common, uri: proxy, requestTls: connect })
}

function over(dispatcher: () => Dispatcher): Fetch {
  // undici's types and those of Node's globals describe the same things, and differ in details that are not used here.
  return (url, init) => undiciFetch(url, { ...(init as UndiciInit | undefined), dispatcher: dispatcher() }) as unknown as Promise<Response>
}

function goesAnywhere(dispatcher: Dispatcher): boolean {
  for (let kind: unknown = Object.getPrototypeOf(dispatcher); typeof kind === 'object' && kind !== null; kind = Object.getPrototypeOf(kind))
    if (GOES_ANYWHERE.has(kind.constructor.name)) return true
  return false
}
