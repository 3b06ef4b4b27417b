import { type DiscoveryOptions, type ResolvedDiscovery, resolveDiscovery } from '../config/index.js'
import type { Resolver } from '../ports.js'
import { systemTimers } from '../system-timers.js'
import { consulResolver } from './consul/consul-registry.js'
import { dnsResolver } from './dns/dns-registry.js'
import { etcdResolver } from './etcd/etcd-registry.js'
import { FileResolver } from './file/file-resolver.js'
import { kubernetesResolver } from './kubernetes/kubernetes-registry.js'
import type { ResolverParts } from './resolver-parts.js'

/**
 * A source of endpoints by itself: for programs that watch one without a pool, or make one `Resolver` of several.
 *
 * @throws PoolError `CONFIG`
 */
export function createResolver(options: DiscoveryOptions): Resolver {
  return resolverOf(resolveDiscovery(options), { timers: systemTimers(), random: Math.random })
}

/** The resolver of a type. */
export function resolverOf(options: ResolvedDiscovery, parts: ResolverParts): Resolver {
  switch (options.type) {
    case 'file':
      return new FileResolver(options.path, parts.timers)
    case 'consul':
      return consulResolver(options, parts)
    case 'dns':
      return dnsResolver(options, parts)
    case 'etcd':
      return etcdResolver(options, parts)
    case 'kubernetes':
      return kubernetesResolver(options, parts)
  }
}
