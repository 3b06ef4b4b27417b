import type { Dispatcher } from 'undici'
import type { ClientCredentials, EndpointAuthProvider } from '../auth/index.js'
import type { JsonObject, Milliseconds, Observer, Resolver } from '../ports.js'
import type { EndpointDefaults, FileDiscoveryOptions } from './discovery-options.js'
import type { HedgeDelay } from './hedge-delay.js'
import type { ProtocolVersion, TlsOptions } from './endpoint-options.js'
import type { ClientInfo, Handlers, LoadBalancingAlgorithm } from './options.js'
import type { ConsulDiscoveryOptions, DnsDiscoveryOptions, EtcdDiscoveryOptions, InstanceOptions, KubernetesDiscoveryOptions } from './registry-options.js'

/** What is known of any endpoint, however it is reached. */
export interface ResolvedCommon {
  /** Unique in the pool, and the same in every process with the same options. */
  readonly id: string
  /** What people are shown: the URL without credentials and query, for stdio the id. */
  readonly label: string
  readonly weight: number
  readonly tags: readonly string[]
  /** undefined: probe. */
  readonly protocolVersion: ProtocolVersion | undefined
  readonly trustAnnotations: boolean
}

/** What may hold a secret (`headers`, `auth`, `authProvider`, `tls`, `proxy`, `dispatcher`, a `url` with a query) is not enumerable: a spread or a log leaves it out. */
export interface ResolvedUrlEndpoint extends ResolvedCommon {
  readonly kind: 'url'
  /** Verbatim. */
  readonly url: string
  readonly transport: 'streamable-http' | 'sse'
  readonly zone: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** undefined where there is an `authProvider`. */
  readonly auth: ClientCredentials | undefined
  readonly authProvider: EndpointAuthProvider | undefined
  readonly tls: TlsOptions | undefined
  readonly proxy: string | undefined
  readonly dispatcher: Dispatcher | undefined
}

/** `args` and `env` are not enumerable. */
export interface ResolvedStdioEndpoint extends ResolvedCommon {
  readonly kind: 'stdio'
  readonly url?: undefined
  /** It stands where the pool stands. */
  readonly zone?: undefined
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | undefined
}

export type ResolvedEndpoint = ResolvedUrlEndpoint | ResolvedStdioEndpoint

/** Where servers are found, with its defaults. */
export type ResolvedDiscovery = FileDiscoveryOptions | ResolvedConsulDiscovery | ResolvedDnsDiscovery | ResolvedEtcdDiscovery | ResolvedKubernetesDiscovery

export interface ResolvedInstance extends InstanceOptions {
  readonly scheme: 'http' | 'https'
  readonly path: string
}

export interface ResolvedConsulDiscovery extends ConsulDiscoveryOptions {
  readonly consulUrl: string
  readonly onlyPassing: boolean
  readonly stale: boolean
  readonly scheme: 'http' | 'https'
  readonly path: string
}

export interface ResolvedDnsDiscovery extends DnsDiscoveryOptions {
  readonly srv: boolean
  readonly scheme: 'http' | 'https'
  readonly path: string
}

export interface ResolvedEtcdDiscovery extends EtcdDiscoveryOptions {
  readonly hosts: string | readonly string[]
}

export interface ResolvedKubernetesDiscovery extends KubernetesDiscoveryOptions {
  readonly scheme: 'http' | 'https'
  readonly path: string
}

/** What happens when servers fail, are slow, or have too much to do. */
export interface ResolvedResilience {
  /** undefined: there is no breaker. */
  readonly breakerThreshold: number | undefined
  readonly breakerTimeout: Milliseconds
  readonly breakerResetTimeout: Milliseconds
  readonly breakerFailureRate: number
  readonly breakerMinimumVolume: number
  readonly breakerTrials: number
  /** 0: nobody is ejected. */
  readonly maxEjectionPercent: number
  readonly baseEjectionTime: Milliseconds
  readonly maxEjectionTime: Milliseconds
  readonly panicThreshold: number
  /** 0: none. */
  readonly slowStartTime: Milliseconds
  readonly retryBudget: { readonly ratio: number; readonly reserve: number; readonly window: Milliseconds }
  /** undefined: only calls that ask for it are hedged. */
  readonly hedge: { readonly after: HedgeDelay; readonly maxExtra: number } | undefined
  readonly enablePriorityQueues: boolean
  readonly queueTimeout: Milliseconds
  readonly maxQueueSize: number
  /** undefined: no limit. */
  readonly maxConcurrentRequestsPerClient: number | 'adaptive' | undefined
  /** By the name of the tool; those that are not there have no limit. */
  readonly maxConcurrentRequestsPerTool: Readonly<Record<string, number>>
  readonly enableAdaptiveBalancing: boolean
  readonly learningRate: number
}

/** All options with their defaults: `pool.config`. Frozen but for the algorithm. */
export interface ResolvedConfig extends ResolvedResilience {
  /** Those that were listed. */
  readonly endpoints: readonly ResolvedEndpoint[]
  /** Not enumerable, for its options may hold a secret. undefined: those that are listed are all. */
  readonly serviceDiscovery: ResolvedDiscovery | Resolver | undefined
  /** Not enumerable. */
  readonly endpointDefaults: EndpointDefaults | undefined
  readonly minSize: number
  /** `minSize` was given. Not enumerable, for it is no option. */
  readonly minSizeGiven: boolean
  readonly maxSize: number
  /** undefined: all endpoints. */
  readonly subsetSize: number | undefined
  /** undefined: as the platform says, or by chance. */
  readonly workerIndex: number | undefined
  readonly idleTimeout: Milliseconds
  readonly connectionsPerClient: number
  readonly connectionTimeout: Milliseconds
  readonly requestTimeout: Milliseconds
  readonly callTimeout: Milliseconds
  readonly resetTimeoutOnProgress: boolean
  readonly healthCheckInterval: Milliseconds
  readonly healthCheckTimeout: Milliseconds
  /** undefined: `server/discover` or `ping`, by the era. */
  readonly healthCheckMethod: string | undefined
  readonly unhealthyThreshold: number
  readonly healthyThreshold: number
  /** May be assigned while the pool runs; a wrong value is refused with `CONFIG`. */
  loadBalancingAlgorithm: LoadBalancingAlgorithm
  /** undefined: zones make no difference. */
  readonly zone: string | undefined
  readonly affinityMaxKeys: number
  readonly affinityTimeout: Milliseconds
  readonly retryAttempts: number
  readonly retryDelay: Milliseconds
  readonly maxRetryDelay: Milliseconds
  readonly eraCacheTime: Milliseconds
  readonly maxHeaderSize: number
  readonly maxMessageSize: number
  readonly maxStreamSize: number
  /** undefined: the pool has no collector of its own. */
  readonly metrics: { readonly enabled: boolean; readonly interval: Milliseconds; readonly endpoint: string | undefined } | undefined
  readonly clientId: string | undefined
  /** Not enumerable. */
  readonly clientSecret: string | undefined
  readonly scope: string | undefined
  readonly clientInfo: ClientInfo
  readonly capabilities: JsonObject
  readonly handlers: Handlers
  /** undefined: nobody watches calls. */
  readonly observer: Observer | undefined
}
