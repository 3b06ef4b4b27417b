// Servers
export type { ModernServer, ModernServerOptions } from './modern-server.js'
export { startModernServer } from './modern-server.js'
export type { LegacyServer, LegacyServerOptions } from './legacy-server.js'
export { startLegacyServer } from './legacy-server.js'
export type { SseServer, SseServerOptions } from './sse-server.js'
export { startSseServer } from './sse-server.js'
export type { HttpOptions, HttpServer, RunningServer } from './http-host.js'
export type { Auth } from './bearer.js'

// What they offer, and what they have executed
export type { CatalogueOptions, Change } from './catalogue.js'
export { Catalogue } from './catalogue.js'
export { TOOLS } from './tools.js'
export type { ToolHints, ToolSpec } from './tool-spec.js'
export { COUNTER_URI, IDENTITY_URI, ITEM_TEMPLATE } from './resources.js'
export type { Ledger } from './ledger.js'
export { MemoryLedger } from './ledger.js'

// How they go wrong, and what they got
export type { Fault, FaultName } from './fault.js'
export { Faults } from './faults.js'
export type { RecordedRequest, RequestFilter } from './request-log.js'
export { RequestLog } from './request-log.js'

// Servers in processes of their own
export type { ChildOptions } from './child.js'
export { Child } from './child.js'
export type { Orders } from './run-server.js'
export type { ServerConfig } from './server-config.js'
export type { EverythingOptions } from './everything-server.js'
export { startEverything } from './everything-server.js'
export type { StdioCommand } from './command.js'
export { everythingStdio, stdioServer } from './command.js'
export type { StdioServerOptions } from './stdio-server.js'
export { startLedgerServer } from './ledger-server.js'

// Authorization
export type { OAuthClient, OAuthServer, OAuthServerOptions } from './oauth-server.js'
export { startOAuthServer } from './oauth-server.js'
export type { IntrospectionOptions } from './introspection.js'
export { introspecting } from './introspection.js'

// Registries
export type { ConsulInstance, ConsulServer, ConsulServerOptions } from './consul-server.js'
export { startConsulServer } from './consul-server.js'
export type { DnsServer, Zone } from './dns-server.js'
export { startDnsServer } from './dns-server.js'
export type { EtcdServer } from './etcd-server.js'
export { startEtcd, startEtcdCluster } from './etcd-server.js'
export type { EndpointSlice, KubernetesServer } from './kubernetes-server.js'
export { startKubernetesServer } from './kubernetes-server.js'

// Programs of the machine
export type { PrometheusServer, PushgatewayServer, Series } from './prometheus.js'
export { promtool, startPrometheus, startPushgateway } from './prometheus.js'

// For who traces
export type { OtlpReceiver, ReceivedSpan } from './otlp-receiver.js'
export { startOtlpReceiver } from './otlp-receiver.js'

// For benches
export type { RawServerOptions } from './raw-server.js'
export { startRawServer } from './raw-server.js'
export type { Ailment, WorkServer, WorkServerOptions, WorkTally } from './work-server.js'
export { startWorkServer } from './work-server.js'
export type { DeafPort } from './deaf-port.js'
export { openDeafPort } from './deaf-port.js'

// Small things that tests need
export { reservePort } from './reserve-port.js'
export { seeded } from './seeded.js'
