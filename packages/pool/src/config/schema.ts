import type { JsonObject, Resolver } from '../ports.js'
import type { Check, OptionTable } from './checks.js'
import { boolean, choice, frozen, implementing, isRecord, list, object, text } from './checks.js'
import { serviceDiscovery } from './discovery-schema.js'
import type { CheckedEndpoint } from './endpoint-schema.js'
import { endpoint, name, endpointDefaults } from './endpoint-schema.js'
import type { ClientInfo, Handlers, LoadBalancingAlgorithm, PoolOptions } from './options.js'
import { type CheckedMetrics, metricsOptions } from './metrics-schema.js'
import { count, duration, durationOrNone, size } from './quantities.js'
import { type CheckedResilience, type ResilienceDefaults, resilienceOptions } from './resilience-schema.js'
import type { ResilienceOptions } from './resilience-options.js'
import type { ResolvedConfig, ResolvedDiscovery, ResolvedResilience } from './resolved.js'
import { version } from './version.js'

/** The table of all options of the pool. What is checked at construction and what `docs/options.md` says both come from here. */

/** `endpoints` is undefined where there are none, or one of them is wrong. */
export type CheckedPoolOptions = CheckedResilience &
  Omit<PoolOptions, 'endpoints' | 'serviceDiscovery' | 'metrics' | keyof ResilienceOptions> & {
    readonly endpoints: readonly CheckedEndpoint[] | undefined
    readonly serviceDiscovery: ResolvedDiscovery | Resolver | undefined
    readonly metrics?: CheckedMetrics | undefined
  }

/** Their defaults follow from other options. */
type Derived = 'endpoints' | 'minSize' | 'minSizeGiven' | 'callTimeout' | 'loadBalancingAlgorithm' | 'maxRetryDelay' | 'maxStreamSize' | 'capabilities'

type Own = Exclude<keyof ResolvedConfig, Derived | keyof ResolvedResilience>

export type PoolDefaults = ResilienceDefaults | { [Name in Own]: undefined extends ResolvedConfig[Name] ? never : Name }[Own]

/** The longest string of V8 on 64 bits: a longer message could not be parsed. */
const MAX_STRING = 2 ** 29 - 24
const KIB = 1024
const MIB = 1024 * KIB

/** Copied through JSON: what servers are told is what was given, and stays so. */
const json: Check<JsonObject> = {
  type: 'object',
  read(value, place) {
    try {
      const copy: unknown = isRecord(value) ? JSON.parse(JSON.stringify(value)) : undefined
      if (isRecord(copy)) return copy
    } catch {
      // Cyclic, or with a bigint.
    }
    return place.wrong('an object of JSON', value)
  },
}

const row = { since: '0.1.0' } as const

const clientInfo: OptionTable<ClientInfo> = {
  name: { ...row, check: text, required: true, doc: 'Name of the program.' },
  version: { ...row, check: text, required: true, doc: 'Its version.' },
  title: { ...row, check: text, doc: 'Its name for people.' },
  description: { ...row, check: text, doc: 'What it does.' },
  websiteUrl: { ...row, check: text, doc: 'Its home page.' },
  icons: { ...row, check: list(json), doc: 'Its icons.' },
}

type Handler = (params: JsonObject) => JsonObject | Promise<JsonObject>

const handler: Check<Handler> = {
  type: 'function',
  read: (value, place) => (typeof value === 'function' ? (value as Handler) : place.wrong('a function', value)),
}

const handlerOptions: OptionTable<Handlers> = {
  sampling: { ...row, check: handler, doc: 'Answers `sampling/createMessage`.' },
  elicitation: { ...row, check: handler, doc: 'Answers `elicitation/create`.' },
  roots: { ...row, check: handler, doc: 'Answers `roots/list`.' },
}

/** They stay methods of the object that was given. */
const handlers: Check<Handlers> = {
  type: 'object',
  read(value, place) {
    const read = object(handlerOptions).read(value, place)
    return read && Object.fromEntries(Object.entries(read).flatMap(([name, handle]) => (handle === undefined ? [] : [[name, handle.bind(value)]])))
  },
}

export const loadBalancingAlgorithm: Check<LoadBalancingAlgorithm> = choice('least-load', 'adaptive', 'round-robin', 'weighted', 'random')

const findingOptions: OptionTable<Pick<CheckedPoolOptions, 'serviceDiscovery' | 'endpointDefaults'>> = {
  serviceDiscovery: { ...row, check: serviceDiscovery, doc: 'Where servers are found: a `type` and its options (see below), or a `Resolver` of your own.' },
  endpointDefaults: {
    ...row,
    check: endpointDefaults,
    secret: true,
    doc: 'What all endpoints have, found or listed, that do not say otherwise: options of an endpoint over HTTP but `url` and `id`. Those over stdio take `weight`, `tags`, `protocolVersion` and `trustAnnotations` of it.',
  },
}

export const poolOptions: OptionTable<CheckedPoolOptions, PoolDefaults> = {
  endpoints: {
    ...row,
    check: list(endpoint),
    otherwise: 'none: at least one is required where there is no `serviceDiscovery`',
    doc: 'The servers: replicas of one MCP server. Where there is `serviceDiscovery` too, these are always there.',
  },
  ...findingOptions,

  minSize: {
    ...row,
    check: count(1, 100_000),
    otherwise: '2, or one for each endpoint that is not drained, up to `maxSize`',
    doc: 'Clients that the pool holds, spread over the endpoints. One that is given holds also while endpoints are drained: others replace them.',
  },
  maxSize: {
    ...row,
    check: count(1, 100_000),
    default: 10,
    otherwise: '10, or `subsetSize` where that is more',
    doc: 'Clients at most; those above `minSize` come when every fit client is busy, or calls wait in the queue.',
  },
  subsetSize: {
    ...row,
    check: count(1, 100_000),
    otherwise: 'all of them',
    doc: 'Endpoints that this process uses, of all that there are: for many workers with many servers, so that a worker does not hold a connection to each. Every server gets an even share of the workers: see [many workers](many-workers.md).',
  },
  workerIndex: {
    ...row,
    check: count(0, 2 ** 32 - 1),
    otherwise:
      'the ordinal of a pod of a StatefulSet or of an indexed Job; the instance of PM2 or the worker of `node:cluster`, with the name of the host; else by chance, and then servers are used less evenly',
    doc: 'The number of this process among its kind, from 0 without gaps, by which its subset differs from theirs.',
  },
  idleTimeout: { ...row, check: durationOrNone, default: 60_000, doc: 'How long a client above `minSize` may idle before it is closed.' },
  connectionsPerClient: {
    ...row,
    check: count(1, 1_024),
    default: 32,
    doc: 'Sockets of one client: requests that it has under way at once over HTTP/1.1.',
  },

  connectionTimeout: {
    ...row,
    check: duration,
    default: 10_000,
    doc: 'How long connecting may take: TCP, TLS, token and handshake. Raise it for children that start slowly.',
  },
  requestTimeout: { ...row, check: duration, default: 30_000, doc: 'How long one attempt may take.' },
  callTimeout: {
    ...row,
    check: duration,
    otherwise: 'twice `requestTimeout`',
    doc: "How long a call may take, all its attempts together; a call's own `timeout` replaces it.",
  },
  resetTimeoutOnProgress: {
    ...row,
    check: boolean,
    default: false,
    doc: "Progress from the server restarts the attempt's time, never the call's. For tools that run long and say so. Servers report progress only to calls that ask for it: with `onprogress`, or a `progressToken` in `_meta`.",
  },

  healthCheckInterval: {
    ...row,
    check: duration,
    default: 30_000,
    doc: 'Time between two probes of a client; one that answered calls meanwhile is not probed: see [many workers](many-workers.md).',
  },
  healthCheckTimeout: { ...row, check: duration, default: 5_000, doc: 'How long one probe may take.' },
  healthCheckMethod: {
    ...row,
    check: text,
    otherwise: '`server/discover`, or `ping` in the legacy era',
    doc: 'JSON-RPC method of the probe, for servers that have one of their own, such as `health`.',
  },
  unhealthyThreshold: {
    ...row,
    check: count(1, 1_000),
    default: 3,
    doc: 'Failed probes in a row, or reported errors, that make a client unhealthy; failed calls as well where `maxEjectionPercent` is 0.',
  },
  healthyThreshold: { ...row, check: count(1, 1_000), default: 2, doc: 'Good probes in a row that make it fit again.' },

  loadBalancingAlgorithm: {
    ...row,
    check: loadBalancingAlgorithm,
    otherwise: "`'least-load'`, with `enableAdaptiveBalancing` `'adaptive'`",
    doc: 'Which client gets a call; may be changed while the pool runs, on `pool.config`.',
  },
  zone: {
    ...row,
    check: name,
    otherwise: 'none: zones make no difference',
    doc: "Where this process stands, in the words of the endpoints' `zone`. Replicas there get the calls while they keep up with those elsewhere; what they cannot bear goes to other zones. Endpoints without a zone count as near: see [many workers](many-workers.md).",
  },
  affinityMaxKeys: { ...row, check: count(1, 10_000_000), default: 10_000, doc: 'Affinity keys that are remembered; the least recently used goes first.' },
  affinityTimeout: { ...row, check: duration, default: 3_600_000, doc: 'How long an affinity key is remembered after its last use.' },

  retryAttempts: { ...row, check: count(0, 100), default: 3, doc: 'Attempts after the first, where another is safe. 0 turns retries off.' },
  retryDelay: {
    ...row,
    check: durationOrNone,
    default: 1_000,
    doc: 'Base of the backoff between attempts; the first failover waits for nothing. Reconnections take at least 100 for it.',
  },
  maxRetryDelay: { ...row, check: durationOrNone, otherwise: '10,000, or `retryDelay` where that is longer', doc: 'The backoff at most.' },

  eraCacheTime: { ...row, check: durationOrNone, default: 3_600_000, doc: 'How long the era of an endpoint is remembered before it is probed again.' },
  maxHeaderSize: { ...row, check: size(MIB), default: 16 * KIB, doc: 'Size of the headers of one answer at most.' },
  maxMessageSize: { ...row, check: size(MAX_STRING), default: 64 * MIB, doc: 'Size of one JSON-RPC message from a server at most.' },
  maxStreamSize: {
    ...row,
    check: size(MIB * MIB),
    otherwise: '268,435,456, or `maxMessageSize` where that is more',
    doc: 'Size of the stream of one call at most, all its messages together.',
  },

  ...resilienceOptions,

  metrics: {
    ...row,
    check: frozen(object(metricsOptions)),
    otherwise: 'none',
    doc: 'Metrics for Prometheus, collected by the pool itself: `pool.metricsCollector`. Pushed where `endpoint` is given; see below.',
  },

  clientId: { ...row, check: text, doc: 'OAuth client, for the endpoints that have `auth`.' },
  clientSecret: { ...row, check: text, secret: true, doc: 'Its secret.' },
  scope: { ...row, check: text, otherwise: 'those that the authorization server gives by itself', doc: 'Scopes to ask for, separated by spaces.' },

  clientInfo: {
    ...row,
    check: object(clientInfo),
    default: { name: 'mcp-client-pool', version },
    otherwise: 'its name and version',
    doc: 'Who the pool is to the servers.',
  },
  capabilities: { ...row, check: json, otherwise: 'one for each of `handlers`', doc: 'What the pool can do for the servers.' },
  handlers: {
    ...row,
    check: handlers,
    default: {},
    otherwise: 'none',
    doc: 'Who answers what servers ask their client: `sampling`, `elicitation`, `roots`.',
  },

  observer: {
    ...row,
    check: implementing('Observer', ['callStarted']),
    otherwise: 'nobody',
    doc: 'Who is told of every call while it happens, such as `openTelemetry()` of `mcp-client-pool/otel`: see [observability](observability.md#opentelemetry).',
  },
}
