// For programs that find endpoints by themselves: the port, and the resolvers behind it
export type { Resolver, ResolverListener } from '../ports.js'
export type {
  ConsulDiscoveryOptions,
  DiscoveryOptions,
  DnsDiscoveryOptions,
  EtcdDiscoveryOptions,
  FileDiscoveryOptions,
  InstanceOptions,
  KubernetesDiscoveryOptions,
  Pem,
  TlsOptions,
} from '../config/index.js'
export { createResolver } from './create-resolver.js'

// For fleets that are planned: who connects to whom
export { subsetOf } from './subset.js'
export { type Whereabouts, workerNumber } from './worker-number.js'
