import type { ResolvedUrlEndpoint } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import type { ConnectionListener, LiveConnection, Signal } from '../../ports.js'
import { classifyProbe, type ProbeOutcome } from '../era-probe.js'
import { LEGACY_VERSIONS } from '../handshake.js'
import { eraOfVersion } from '../translate.js'
import { MODERN_VERSIONS } from '../translate-result.js'
import { ask } from './ask.js'
import { HttpChannel } from './channel.js'
import { LegacyConnection } from './legacy-connection.js'
import { factsOf, ModernConnection } from './modern-connection.js'
import { RequestHeaders } from './request-headers.js'
import type { HttpSettings } from './settings.js'
import { Sockets } from './sockets.js'

/**
 * The server takes neither a modern request nor `initialize` as Streamable HTTP has them. It may be one of 2024-11-05,
 * which opens with a GET (2025-11-25, `basic/transports#backwards-compatibility`).
 */
export class NotStreamableHttp extends PoolError {}

/** Statuses with which a server of 2024-11-05 turns a POST to its stream away. */
const OLD_TRANSPORT: ReadonlySet<number | undefined> = new Set([400, 404, 405])

/** What is taken for granted of a server that was pinned and does not say: calls find out. */
const ASSUMED = { tools: {}, prompts: {}, resources: {}, completions: {} }

/**
 * Connects to an endpoint over Streamable HTTP: finds out which era it speaks, unless that is pinned or remembered, and
 * makes the handshake of that era. Rejects with a `PoolError`; `NotStreamableHttp` where it may be worth trying HTTP+SSE.
 */
export async function connectHttp(
  endpoint: ResolvedUrlEndpoint,
  settings: HttpSettings,
  listener: ConnectionListener,
  signal?: Signal,
): Promise<LiveConnection> {
  const { config } = settings
  const url = new URL(endpoint.url)
  const channel = new HttpChannel({
    url,
    label: endpoint.label,
    sockets: new Sockets(
      {
        origin: url.origin,
        connectionsPerClient: config.connectionsPerClient,
        connectionTimeout: config.connectionTimeout,
        maxHeaderSize: config.maxHeaderSize,
        tls: endpoint.tls,
        proxy: endpoint.proxy,
        dispatcher: endpoint.dispatcher,
      },
      settings.timers,
    ),
    tokens: settings.tokens,
    limits: config,
    timers: settings.timers,
    random: settings.random,
    wallClock: settings.wallClock,
    nextId: settings.nextId,
    listener: lostOf(listener, settings),
  })
  const abort = (): void => void channel.close()
  signal?.addEventListener('abort', abort)
  try {
    if (signal?.aborted === true) throw new PoolError('CANCELLED', 'connecting was given up', { endpoint: endpoint.label, cause: signal.reason })
    const connection = await new Handshake(endpoint, settings, channel).connect()
    channel.established()
    return connection
  } catch (error) {
    await channel.close()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** A server that comes back may offer other tools. */
function lostOf(listener: ConnectionListener, settings: HttpSettings): ConnectionListener {
  return {
    onNotification: (notification) => listener.onNotification(notification),
    onRequest: (request, reply) => listener.onRequest(request, reply),
    onServesChanged: () => listener.onServesChanged(),
    onMetrics: (metrics) => listener.onMetrics(metrics),
    onSession: (change) => listener.onSession(change),
    onError: (error) => listener.onError(error),
    onLost: (error) => {
      settings.catalog.invalidate()
      listener.onLost(error)
    },
  }
}

class Handshake {
  readonly #endpoint: ResolvedUrlEndpoint
  readonly #settings: HttpSettings
  readonly #channel: HttpChannel
  readonly #headers: RequestHeaders

  constructor(endpoint: ResolvedUrlEndpoint, settings: HttpSettings, channel: HttpChannel) {
    this.#endpoint = endpoint
    this.#settings = settings
    this.#channel = channel
    this.#headers = new RequestHeaders(endpoint.headers)
  }

  async connect(): Promise<LiveConnection> {
    const { protocolVersion, id } = this.#endpoint
    if (protocolVersion !== undefined) return eraOfVersion(protocolVersion) === 'modern' ? this.#pinned(protocolVersion) : this.#legacy(protocolVersion)
    const { eras } = this.#settings
    if (eras.recall(id) === 'legacy') {
      try {
        return await this.#legacy()
      } catch (error) {
        if (!(error instanceof PoolError) || !isRefusal(error)) throw error
        // What was remembered may not be true any more.
        eras.forget(id)
      }
    }
    return this.#probed(MODERN_VERSIONS[0] ?? '', true)
  }

  async #probed(version: string, mayRepeat: boolean): Promise<LiveConnection> {
    const { id, label } = this.#endpoint
    const connection = this.#modern(version)
    const verdict = classifyProbe(await this.#discover(connection), label)
    switch (verdict.era) {
      case 'modern': {
        this.#settings.eras.remember(id, 'modern')
        const chosen = verdict.version === version ? connection : this.#modern(verdict.version)
        chosen.open({ facts: factsOf(verdict.version, verdict.discovered), declared: true })
        return chosen
      }
      case 'again':
        if (!mayRepeat) throw new PoolError('CONNECT_FAILED', `${label} offers revision ${verdict.version} and refuses it`, { endpoint: label })
        return this.#probed(verdict.version, false)
      case 'legacy': {
        const legacy = await this.#legacy()
        this.#settings.eras.remember(id, 'legacy')
        return legacy
      }
      case 'none':
        throw verdict.failure
    }
  }

  /** No era is to be found out, and some servers do not know the question: any answer at all will do. */
  async #pinned(version: string): Promise<LiveConnection> {
    const connection = this.#modern(version)
    const outcome = await this.#discover(connection)
    if ('failure' in outcome && !isAnswered(outcome.failure)) throw outcome.failure
    const discovered = 'response' in outcome && 'result' in outcome.response ? outcome.response.result : {}
    const facts = factsOf(version, discovered)
    const declared = typeof discovered['capabilities'] === 'object'
    connection.open({ facts: declared ? facts : { ...facts, capabilities: ASSUMED }, declared })
    return connection
  }

  async #legacy(version: string = LEGACY_VERSIONS[0] ?? ''): Promise<LiveConnection> {
    this.#headers.version = undefined
    const connection = new LegacyConnection(this.#channel, this.#headers, this.#settings, version)
    try {
      await connection.open()
    } catch (error) {
      if (error instanceof PoolError && error.code === 'HTTP_STATUS' && OLD_TRANSPORT.has(error.status)) {
        const { message, endpoint, status } = error
        throw new NotStreamableHttp('CONNECT_FAILED', message, {
          cause: error,
          progress: 'refused',
          ...(endpoint !== undefined && { endpoint }),
          ...(status !== undefined && { status }),
        })
      }
      throw error
    }
    return connection
  }

  #modern(version: string): ModernConnection {
    return new ModernConnection(this.#channel, this.#headers, this.#endpoint.id, this.#settings, version)
  }

  async #discover(connection: ModernConnection): Promise<ProbeOutcome> {
    try {
      return await ask(connection, 'server/discover', {}, { timeout: this.#settings.config.connectionTimeout })
    } catch (failure) {
      if (failure instanceof PoolError) return { failure }
      throw failure
    }
  }
}

/** The server answered `initialize`, and does not want it. */
function isRefusal(error: PoolError): boolean {
  if (error.progress === 'not-sent') return false
  return error instanceof NotStreamableHttp || error.code === 'CONNECT_FAILED' || (error.code === 'HTTP_STATUS' && (error.status ?? 500) < 500)
}

/** HTTP was spoken, and nothing says that nobody is behind it. */
function isAnswered({ code, status }: PoolError): boolean {
  return code === 'PROTOCOL' || (code === 'HTTP_STATUS' && status !== undefined && status !== 429 && status !== 403 && (status < 502 || status > 504))
}
