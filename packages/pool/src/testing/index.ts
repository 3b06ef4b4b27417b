/**
 * `mcp-client-pool/testing`: what tests of the pool, and of programs on it, need to run without network and without
 * waiting.
 */

// Time and chance
export { seededRandom } from './seeded-random.js'
export { VirtualTime } from './virtual-time.js'

// Connections that do as they are told
export { answer, answerError, type Behaviour, fail, hang, type Script } from './script.js'
export { ScriptedConnection, type ScriptedConnectionOptions, ScriptedExchange } from './scripted-connection.js'

// Shapes that the above are made of
export type { EndpointAuthProvider } from '../auth/index.js'
export type {
  ClientInfo,
  CommonEndpointOptions,
  ConsulDiscoveryOptions,
  DiscoveryOptions,
  DnsDiscoveryOptions,
  EndpointAuthOptions,
  EndpointDefaults,
  EndpointOptions,
  EtcdDiscoveryOptions,
  FileDiscoveryOptions,
  Handlers,
  HedgeDelay,
  HedgeOptions,
  InstanceOptions,
  KubernetesDiscoveryOptions,
  LoadBalancingAlgorithm,
  MetricsOptions,
  Pem,
  PoolOptions,
  ProtocolVersion,
  ResilienceOptions,
  RetryBudgetOptions,
  StdioEndpointOptions,
  TlsOptions,
  UrlEndpointOptions,
} from '../config/index.js'
export type { PoolErrorCode } from '../errors.js'
export type {
  Alarm,
  Attempt,
  AttemptFailure,
  AttemptReason,
  AttemptTrace,
  CallKind,
  CallTrace,
  Carried,
  Clock,
  Connection,
  ConnectionListener,
  Era,
  Exchange,
  JsonObject,
  JsonRpcError,
  JsonRpcId,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResult,
  LiveConnection,
  MetaFields,
  Milliseconds,
  ObservedAttempt,
  ObservedCall,
  ObservedClient,
  ObservedEnd,
  ObservedPool,
  Observer,
  PinnedSession,
  Priority,
  Progress,
  Random,
  ReportedMetrics,
  Resolver,
  ResolverListener,
  ServerFacts,
  Serves,
  Timers,
  ToolFacts,
} from '../ports.js'

// The simulator: fleets on virtual time, with the pool's own decisions
export {
  type Arrivals,
  bootstrapMean,
  capacityOf,
  CLASSICS,
  compare,
  comparing,
  type CompareOptions,
  type Distribution,
  type Interval,
  meanOf,
  medianOf,
  pairedRatio,
  POLICIES,
  type PolicyResult,
  readScenarios,
  type ReadScenarioOptions,
  type ReadScenarios,
  type ReplicaGroup,
  type Restarts,
  type Scenario,
  type ScenarioProblem,
  simulate,
  type SimulatedPoolOptions,
  type SimulatedTool,
  summarize,
  type Summary,
  Tally,
  timelineOf,
  type TimelinePoint,
  type Trouble,
  type When,
  wilson,
  type Workload,
  workloadOf,
  type Zones,
} from './simulation/index.js'
