import type { ServerResponse } from 'node:http'
import type { HttpOptions, HttpServer } from './http-host.js'
import { host } from './http-host.js'

/** One instance of a service, as an agent registers it. */
export interface ConsulInstance {
  /** Unique on its node. */
  readonly id: string
  readonly service: string
  readonly port: number
  /** @default that of the node */
  readonly address?: string
  readonly tags?: readonly string[]
  readonly meta?: Readonly<Record<string, string>>
  /** @default { Passing: 1, Warning: 1 } */
  readonly weights?: { readonly Passing: number; readonly Warning: number }
  /** State of its checks. @default one that passes */
  readonly checks?: ReadonlyArray<'passing' | 'warning' | 'critical'>
  /** @default 'node-1' at 127.0.0.1 */
  readonly node?: { readonly name: string; readonly address: string; readonly meta?: Readonly<Record<string, string>> }
  /** As of Consul 1.17. @default none */
  readonly locality?: { readonly Region: string; readonly Zone: string }
}

export interface ConsulServerOptions extends Omit<HttpOptions, 'auth'> {
  /** ACL tokens, and whether each may read services and nodes; others are unknown. @default everybody may */
  readonly tokens?: Readonly<Record<string, boolean>>
}

/** Faults are planned by path: `faults.next('500', 1, '/v1/health/service/mcp')`. */
export interface ConsulServer extends HttpServer {
  /** Adds instances, or replaces those of the same node and id: one write, one index. */
  register(...instances: readonly ConsulInstance[]): void
  deregister(id: string, node?: string): void
  /** A write that changes nothing: the index grows, and blocked queries return what they did before. */
  touch(): void
  /** A snapshot is restored, or the servers are replaced: the index goes backwards, and nobody is told. */
  rewind(index: number): void
  /** What the answers of any server say of its leader. @default lastContact 0, knownLeader true */
  contact: { lastContact: number; knownLeader: boolean }
  /** What `X-Consul-Index` says, where it shall not be the truth. */
  shownIndex: string | undefined
  readonly index: number
}

const PATH = /^\/v1\/health\/service\/([^/]+)$/
const DEFAULT_WAIT = 300_000
const LONGEST_WAIT = 600_000

/**
 * What Consul's HTTP API documents of `/v1/health/service/:service`, for neither Debian nor npm carries a Consul: blocking queries with
 * `index` and `wait` (and up to a sixteenth more), `passing`, `tag`, `dc`, consistency modes, tokens that see nothing or are unknown.
 */
export async function startConsulServer(options: ConsulServerOptions = {}): Promise<ConsulServer> {
  const instances = new Map<string, ConsulInstance>()
  const blocked = new Set<() => void>()
  let index = 10

  const http = await host(options, '', async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://consul')
    const service = PATH.exec(url.pathname)?.[1]
    if (service === undefined) return said(res, 404, 'Invalid URL path')
    const token = req.headers['x-consul-token']
    const mayRead = options.tokens === undefined || options.tokens[String(token)]
    if (mayRead === undefined && token !== undefined) return said(res, 403, 'ACL not found')
    const query = url.searchParams
    if (query.has('stale') && query.has('consistent')) return said(res, 400, 'Cannot specify ?stale with ?consistent, conflicting semantics.')
    if (!query.has('stale') && !server.contact.knownLeader) return said(res, 500, 'No cluster leader')
    if ((query.get('dc') ?? 'dc1') !== 'dc1') return said(res, 500, 'No path to datacenter')
    await changed(Number(query.get('index') ?? 0), milliseconds(query.get('wait')), res)
    if (res.destroyed) return
    const { lastContact, knownLeader } = server.contact
    res.writeHead(200, {
      'content-type': 'application/json',
      'x-consul-index': server.shownIndex ?? String(index),
      'x-consul-knownleader': String(knownLeader),
      'x-consul-lastcontact': String(query.has('stale') ? lastContact : 0),
      'x-consul-query-backend': 'blocking-query',
      ...(token !== undefined && mayRead === false ? { 'x-consul-results-filtered-by-acls': 'true' } : {}),
    })
    const entries = [...instances.values()].filter(
      (instance) => mayRead === true && instance.service === decodeURIComponent(service) && wanted(instance, query),
    )
    res.end(JSON.stringify(entries.map(entry)))
  })

  /** Resolves when the index is beyond that one, when the wait is over, or when nobody waits any more. */
  function changed(beyond: number, wait: number, res: ServerResponse): Promise<void> {
    if (beyond === 0 || index > beyond) return Promise.resolve()
    return new Promise((resolve) => {
      const look = (): void => {
        if (index > beyond) done()
      }
      const timer = setTimeout(() => done(), wait * (1 + Math.random() / 16))
      const done = (): void => {
        clearTimeout(timer)
        blocked.delete(look)
        resolve()
      }
      blocked.add(look)
      res.once('close', done)
    })
  }

  function write(change: () => void): void {
    change()
    index++
    for (const look of [...blocked]) look()
  }

  const server: ConsulServer = {
    ...http,
    register: (...added) =>
      write(() => {
        for (const instance of added) instances.set(keyOf(instance.id, instance.node?.name), instance)
      }),
    deregister: (id, node) => write(() => void instances.delete(keyOf(id, node))),
    touch: () => write(() => {}),
    rewind: (to) => {
      index = to
    },
    contact: { lastContact: 0, knownLeader: true },
    shownIndex: undefined,
    get index() {
      return index
    },
  }
  return server
}

function keyOf(id: string, node = 'node-1'): string {
  return `${node}/${id}`
}

function wanted({ tags = [], checks = ['passing'] }: ConsulInstance, query: URLSearchParams): boolean {
  if (!query.getAll('tag').every((tag) => tags.includes(tag))) return false
  const passing = query.get('passing')
  return passing === null || passing === 'false' || checks.every((state) => state === 'passing')
}

function entry(instance: ConsulInstance): object {
  const { id, service, port, address = '', tags = [], meta = {}, checks = ['passing'], locality } = instance
  const { weights = { Passing: 1, Warning: 1 }, node = { name: 'node-1', address: '127.0.0.1' } } = instance
  return {
    Node: { ID: '40e4a748-2192-161a-0510-9bf59fe950b5', Node: node.name, Address: node.address, Datacenter: 'dc1', Meta: node.meta ?? {} },
    Service: { ID: id, Service: service, Tags: tags, Address: address, Meta: meta, Port: port, Weights: weights, ...(locality && { Locality: locality }) },
    Checks: [
      { Node: node.name, CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'passing', ServiceID: '' },
      ...checks.map((Status, n) => ({ Node: node.name, CheckID: `service:${id}:${n}`, Name: 'check', Status, ServiceID: id })),
    ],
  }
}

/** Durations as Go writes them, as far as clients of this API do. */
function milliseconds(wait: string | null): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(wait ?? '') ?? []
  const length = Number(number) * ({ ms: 1, s: 1_000, m: 60_000 }[unit] ?? 0)
  return Math.min(length || DEFAULT_WAIT, LONGEST_WAIT)
}

function said(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain' })
  res.end(text)
}
