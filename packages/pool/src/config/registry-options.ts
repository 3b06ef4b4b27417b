import type { TlsOptions } from './endpoint-options.js'

/** What a registry does not say of an instance, whose address it knows: how to reach MCP there. */
export interface InstanceOptions {
  /** @default 'http' */
  readonly scheme?: 'http' | 'https' | undefined
  /** Path of the MCP endpoint, with its query if it has one. @default '/mcp' */
  readonly path?: string | undefined
}

/** Instances of a service in Consul's catalog, by its HTTP API. `scheme` and `path` count where an instance's meta has no `mcp_scheme` and `mcp_path`. */
export interface ConsulDiscoveryOptions extends InstanceOptions {
  readonly type: 'consul'
  /** Base URL of an agent or server. @default 'http://127.0.0.1:8500' */
  readonly consulUrl?: string | undefined
  readonly serviceName: string
  /** Only instances that have this tag, or all of these. */
  readonly tag?: string | readonly string[] | undefined
  /** @default that of the agent */
  readonly datacenter?: string | undefined
  /** ACL token with `service:read` on the service and `node:read` on its nodes. */
  readonly token?: string | undefined
  /** `true`: instances with a check that warns are left out too; those with a critical check always are. @default false */
  readonly onlyPassing?: boolean | undefined
  /** Node by whose round trip times Consul sorts; `_agent` is the agent's own. */
  readonly near?: string | undefined
  /** Any of Consul's servers may answer, also while there is no leader. @default true */
  readonly stale?: boolean | undefined
  /** For a `consulUrl` with `https:`. */
  readonly tls?: TlsOptions | undefined
}

/** Addresses in the DNS, each of which is an endpoint. */
export interface DnsDiscoveryOptions extends InstanceOptions {
  readonly type: 'dns'
  /** Absolute: no search domain is added. With `srv`, the name of the SRV records: `_mcp._tcp.example.com`. */
  readonly hostname: string
  /** `true`: SRV records, with port, priority and weight. @default false */
  readonly srv?: boolean | undefined
  /** Of addresses without SRV. @default 80, for `https` 443 */
  readonly port?: number | undefined
  /** IP addresses of DNS servers, with their port if it is not 53: `10.0.0.2`, `127.0.0.1:8600`, `[::1]:53`. @default those of the system */
  readonly servers?: readonly string[] | undefined
}

/** Endpoints that are keys of etcd v3, one each: the value is its URL, or JSON of its options; the last part of the key is its id. */
export interface EtcdDiscoveryOptions {
  readonly type: 'etcd'
  /** Base URLs of the members' client ports. One is asked; the next when it fails. @default 'http://127.0.0.1:2379' */
  readonly hosts?: string | readonly string[] | undefined
  /** What the keys of the endpoints begin with: `/services/mcp/`. */
  readonly prefix: string
  /** User of etcd with read permission for the prefix; together with `password`. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** For `hosts` with `https:`. */
  readonly tls?: TlsOptions | undefined
}

/** Pods behind a Service of Kubernetes, by its EndpointSlices. In a cluster the pod's own service account says where the API is and who asks. */
export interface KubernetesDiscoveryOptions extends InstanceOptions {
  readonly type: 'kubernetes'
  /** @default the pod's own */
  readonly namespace?: string | undefined
  readonly service: string
  /** Name of the Service's port, or number of the pods' port. @default the one that is called `mcp`, or the only one */
  readonly port?: string | number | undefined
  /** Base URL of the API server, outside of a cluster. @default that of the cluster */
  readonly apiServer?: string | undefined
  /** @default the service account's; with `apiServer` none */
  readonly token?: string | undefined
  /** What the API server's certificate is verified with. @default the service account's authority; with `apiServer` Node's */
  readonly tls?: TlsOptions | undefined
}
