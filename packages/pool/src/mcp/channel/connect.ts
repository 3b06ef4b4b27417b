import type { ResolvedStdioEndpoint } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import type { ConnectionListener, Era, JsonObject, LiveConnection, Milliseconds, Random, Timers, TokenSource } from '../../ports.js'
import type { EraMemory } from '../era-memory.js'
import { LEGACY_VERSIONS } from '../handshake.js'
import type { PoolLogLevel } from '../pool-log-level.js'
import type { ToolCatalog } from '../tool-catalog.js'
import { eraOfVersion } from '../translate.js'
import type { ChannelOwner } from './channel.js'
import { ChannelConnection } from './connection.js'
import type { Introduction } from './handshakes.js'
import { meet, type MetChannel } from './meet.js'
import type { TransportFactory } from './message-transport.js'
import { newSseTransport, type SseTransportOptions } from './sse-transport.js'
import { newStdioTransport } from './stdio-transport.js'

/** What connections over a channel need, whatever the channel is. */
export interface ChannelOptions {
  readonly clientId: string
  readonly endpointId: string
  /** What people are shown. */
  readonly label: string
  readonly listener: ConnectionListener
  readonly timers: Timers
  readonly random: Random
  /** Ids of the connection's own requests: unique in the pool, as those of attempts are. */
  readonly nextId: () => number
  readonly clientInfo: JsonObject
  readonly capabilities: JsonObject
  /** A pinned revision; undefined: find out. */
  readonly protocolVersion: string | undefined
  readonly eras: EraMemory
  readonly catalog: ToolCatalog
  readonly logLevel: PoolLogLevel
  readonly connectionTimeout: Milliseconds
  readonly healthCheckMethod: string | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Starts the child, finds out its era and shakes hands with it.
 *
 * @throws PoolError `CONNECT_FAILED`, `CONNECT_TIMEOUT`, `REQUEST_TIMEOUT`, `PROTOCOL`
 */
export function connectStdio(endpoint: ResolvedStdioEndpoint, maxMessageSize: number, options: ChannelOptions): Promise<LiveConnection> {
  return connectChannel(() => newStdioTransport(endpoint, maxMessageSize), options, undefined, undefined)
}

/**
 * Opens the stream and shakes hands. The transport is older than the modern era, so there is nothing to find out. A connection
 * that comes to be gives `tokens` up when it is closed; until then they are the caller's to give up.
 *
 * @throws PoolError as `connectStdio`, and `AUTH_FAILED`
 */
export function connectSse(transport: SseTransportOptions, options: ChannelOptions): Promise<LiveConnection> {
  return connectChannel(() => newSseTransport(transport), options, 'legacy', transport.tokens)
}

async function connectChannel(
  factory: TransportFactory,
  options: ChannelOptions,
  only: Era | undefined,
  tokens: TokenSource | undefined,
): Promise<LiveConnection> {
  const { eras, endpointId, protocolVersion, connectionTimeout: timeout, signal, label } = options
  const ports = { timers: options.timers, random: options.random, nextId: options.nextId, label }
  const introduction: Introduction = { clientInfo: options.clientInfo, capabilities: options.capabilities, legacyVersion: legacyVersion(protocolVersion) }
  const pinned = only ?? (protocolVersion === undefined ? undefined : eraOfVersion(protocolVersion))
  const owner = new LateOwner()
  const remembered = pinned === undefined ? eras.recall(endpointId) : undefined
  let met: MetChannel
  try {
    met = await meet(factory, owner, { ports, introduction, era: pinned ?? remembered, timeout, signal })
  } catch (error) {
    if (remembered === undefined) throw error
    // The next attempt finds out anew: the server may be another one by now.
    eras.forget(endpointId)
    throw error
  }
  if (pinned === undefined) eras.remember(endpointId, met.era)
  const connection = new ChannelConnection(met, {
    clientId: options.clientId,
    listener: options.listener,
    ports,
    introduction,
    catalog: options.catalog,
    logLevel: options.logLevel,
    healthCheckMethod: options.healthCheckMethod,
    connectionTimeout: timeout,
    tokens,
    openSession: (own, seat, end) => meet(factory, seat, { ports, introduction: own, era: 'legacy', timeout, signal: end }),
  })
  owner.target = connection
  if (!met.channel.isOpen) {
    await connection.close()
    throw new PoolError('CONNECT_FAILED', `${label} ended right after the handshake`, { endpoint: label })
  }
  connection.begin()
  return connection
}

function legacyVersion(pinned: string | undefined): string {
  return pinned !== undefined && LEGACY_VERSIONS.includes(pinned) ? pinned : LEGACY_VERSIONS[0]!
}

/** Stands in for a connection until there is one. What a server says before that belongs to nobody. */
class LateOwner implements ChannelOwner {
  target: ChannelOwner | undefined

  onNotification(...args: Parameters<ChannelOwner['onNotification']>): void {
    this.target?.onNotification(...args)
  }
  onRequest(...args: Parameters<ChannelOwner['onRequest']>): void {
    const [request, reply] = args
    if (this.target !== undefined) this.target.onRequest(request, reply)
    else reply({ jsonrpc: '2.0', id: request.id, error: { code: -32_601, message: 'asked before the session was opened' } })
  }
  onError(error: Error): void {
    this.target?.onError(error)
  }
  onEnd(...args: Parameters<ChannelOwner['onEnd']>): void {
    this.target?.onEnd(...args)
  }
}
