import { cleanText } from '../../clean-text.js'
import type { ResolvedEtcdDiscovery } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import type { Milliseconds, Timers } from '../../ports.js'
import { items, type JsonShape, shape, words } from '../json-shape.js'
import { RegistryHttp, type RegistryRequest } from '../registry-http.js'
import { base64, rangeOf } from './etcd-keys.js'

/** How long an answer may take. etcd itself gives up after 7 s where there is no leader. */
const ANSWER: Milliseconds = 10_000
/** Keys in one answer. */
const PAGE = 5_000
const UNAUTHORIZED = 401

export interface KeyValue {
  readonly key: string
  readonly value: string
}

/** All keys as they were at one revision. */
export interface Snapshot {
  readonly revision: number
  readonly cluster: unknown
  readonly entries: readonly KeyValue[]
}

/** One message of a watch. */
export interface WatchMessage {
  /** Where the store was when it was sent. */
  readonly revision: number
  readonly cluster: unknown
  /** The first one: the watch is there. */
  readonly created: boolean
  /** The revision to watch from is no longer kept. */
  readonly compacted: boolean
  readonly events: ReadonlyArray<{ readonly deleted: boolean; readonly revision: number } & KeyValue>
}

/** etcd v3 by its JSON gateway, one member at a time. Tokens are asked for when they are needed, and again when they have run out. */
export class EtcdClient {
  readonly #options: ResolvedEtcdDiscovery
  readonly #http: RegistryHttp
  readonly #hosts: readonly string[]
  #at = 0
  #token: string | undefined

  constructor(options: ResolvedEtcdDiscovery, timers: Timers) {
    this.#options = options
    this.#http = new RegistryHttp('etcd', options.tls, timers)
    this.#hosts = [options.hosts].flat()
  }

  get members(): number {
    return this.#hosts.length
  }

  /** Something went wrong: from now on another member is asked, and with another token. */
  next(): void {
    this.#token = undefined
    this.#at = (this.#at + 1) % this.#hosts.length
  }

  /** Every key of the prefix. All pages are of the same revision. */
  async range(signal: AbortSignal): Promise<Snapshot> {
    const { range_end, ...first } = rangeOf(this.#options.prefix)
    const entries: KeyValue[] = []
    let { key } = first
    let snapshot: Omit<Snapshot, 'entries'> | undefined
    for (;;) {
      const body = { key, range_end, limit: PAGE, ...(snapshot === undefined ? {} : { revision: snapshot.revision }) }
      const answer = await this.#authorized(signal, async (headers) => shape((await this.#http.ask(this.#request('kv/range', body, headers, signal))).body))
      const header = shape(answer.header)
      snapshot ??= { revision: revisionOf(header.revision), cluster: header.cluster_id }
      const page = items(answer.kvs).map(shape)
      entries.push(...page.map(keyValue))
      const last = words(page.at(-1)?.key)
      if (answer.more !== true || last === undefined) return { ...snapshot, entries }
      // The next page begins with the smallest key after the last.
      key = base64(Buffer.concat([Buffer.from(last, 'base64'), Buffer.alloc(1)]))
    }
  }

  /**
   * Changes of the prefix from a revision on, until the server ends the stream, or who is told wants no more. A member that loses its
   * leader ends it: what it would go on telling is nothing.
   */
  async watch(from: number, silence: Milliseconds, signal: AbortSignal, tell: (message: WatchMessage) => boolean): Promise<void> {
    const body = { create_request: { ...rangeOf(this.#options.prefix), start_revision: from, progress_notify: true } }
    await this.#authorized(signal, async (authorization) => {
      const request = this.#request('watch', body, authorization, signal)
      await this.#http.follow({ ...request, headers: { ...authorization, 'grpc-metadata-hasleader': 'true' } }, silence, {
        onOpen: () => {},
        onValue: (value) => tell(this.#message(shape(value))),
      })
    })
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  #message(value: JsonShape): WatchMessage {
    const result = shape(value.result)
    const error = words(shape(value.error).message)
    const reason = error ?? words(result.cancel_reason)
    if (reason !== undefined) {
      // A status of gRPC, in words: the answer to the request was 200 by then.
      const status = reason.includes('invalid auth token') ? UNAUTHORIZED : undefined
      throw new PoolError('PROTOCOL', `etcd ends the watch: ${cleanText(reason)}`, { progress: 'answered', ...(status === undefined ? {} : { status }) })
    }
    const events = items(result.events).map((entry) => {
      const event = shape(entry)
      const pair = shape(event.kv)
      return { deleted: event.type === 'DELETE', revision: revisionOf(pair.mod_revision), ...keyValue(pair) }
    })
    const header = shape(result.header)
    return {
      revision: revisionOf(header.revision),
      cluster: header.cluster_id,
      created: result.created === true,
      compacted: revisionOf(result.compact_revision) > 0,
      events,
    }
  }

  /** With a token, if there is a user: with a new one where the old one is refused. */
  async #authorized<T>(signal: AbortSignal, ask: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    const { username, password } = this.#options
    if (username === undefined || password === undefined) return await ask({})
    if (this.#token !== undefined) {
      try {
        return await ask({ authorization: this.#token })
      } catch (error) {
        if (!(error instanceof PoolError && error.status === UNAUTHORIZED)) throw error
      }
    }
    this.#token = undefined
    const request = {
      ...this.#request('auth/authenticate', { name: username, password }, {}, signal),
      secrets: [password, JSON.stringify(password).slice(1, -1)],
    }
    const token = words(shape((await this.#http.ask(request)).body).token)
    if (token === undefined) throw new PoolError('AUTH_FAILED', 'etcd gives no token', { progress: 'answered' })
    this.#token = token
    return await ask({ authorization: token })
  }

  #request(path: string, body: unknown, headers: Readonly<Record<string, string>>, signal: AbortSignal): RegistryRequest {
    const base = (this.#hosts[this.#at] ?? '').replace(/\/+$/, '')
    return { url: `${base}/v3/${path}`, body, headers, secrets: Object.values(headers), signal, timeout: ANSWER }
  }
}

function keyValue({ key, value }: JsonShape): KeyValue {
  return { key: text(key), value: text(value) }
}

function text(value: unknown): string {
  return Buffer.from(words(value) ?? '', 'base64').toString()
}

/** 64 bits in a string. What is none is older than anything. */
function revisionOf(value: unknown): number {
  const revision = Number(words(value))
  return Number.isSafeInteger(revision) ? revision : 0
}
