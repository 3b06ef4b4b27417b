import type { UrlEndpointOptions } from './endpoint-options.js'
import type { ConsulDiscoveryOptions, DnsDiscoveryOptions, EtcdDiscoveryOptions, KubernetesDiscoveryOptions } from './registry-options.js'

/** Servers that a file lists: JSON or YAML, a list of endpoints as in `endpoints`, or an object that has it as `endpoints`. It is read again when it changes. */
export interface FileDiscoveryOptions {
  readonly type: 'file'
  /** Absolute, or relative to the working directory. */
  readonly path: string
}

/** Where servers are found, by its `type`. */
export type DiscoveryOptions = FileDiscoveryOptions | ConsulDiscoveryOptions | DnsDiscoveryOptions | EtcdDiscoveryOptions | KubernetesDiscoveryOptions

/** What endpoints have that do not say otherwise. */
export type EndpointDefaults = Omit<UrlEndpointOptions, 'url' | 'id'>
