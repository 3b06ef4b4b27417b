import { isIP } from 'node:net'
import type { Check, OptionTable } from './checks.js'
import { boolean, choice, list, text } from './checks.js'
import { name, tls } from './endpoint-schema.js'
import { count } from './quantities.js'
import type { ConsulDiscoveryOptions, DnsDiscoveryOptions, EtcdDiscoveryOptions, InstanceOptions, KubernetesDiscoveryOptions } from './registry-options.js'
import { registryUrl } from './urls.js'

/** The tables of registries: those that are asked over the network. */

const row = { since: '0.1.0' } as const

const path: Check<string> = {
  type: 'string',
  read(value, place) {
    const read = name.read(value, place)
    return read === undefined || read.startsWith('/') ? read : place.wrong('a path that begins with /', value)
  },
}

/** What a header can carry as it is. */
const token: Check<string> = {
  type: 'string',
  read: (value, place) => (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : place.wrong('a string of visible ASCII characters', value)),
}

function oneOrMore(one: Check<string>): Check<string | readonly string[]> {
  const several = list(one)
  return {
    type: `${one.type} | ${several.type}`,
    read(value, place) {
      if (!Array.isArray(value)) return one.read(value, place)
      return value.length === 0 ? place.wrong('one, or an array of at least one', value) : several.read(value, place)
    },
  }
}

const instance: OptionTable<InstanceOptions, keyof InstanceOptions> = {
  scheme: {
    ...row,
    check: choice('http', 'https'),
    default: 'http',
    doc: "Of the endpoints' URLs. Certificates are verified for the address, unless `tls.servername` of `endpointDefaults` names them.",
  },
  path: { ...row, check: path, default: '/mcp', doc: 'Path of the MCP endpoint, with its query if it has one.' },
}

export type ConsulDefaults = keyof InstanceOptions | 'consulUrl' | 'onlyPassing' | 'stale'

export const consulOptions: OptionTable<Omit<ConsulDiscoveryOptions, 'type'>, ConsulDefaults> = {
  consulUrl: { ...row, check: registryUrl('token'), default: 'http://127.0.0.1:8500', doc: 'Base URL of an agent or a server.' },
  serviceName: { ...row, check: name, required: true, doc: 'The service.' },
  tag: { ...row, check: oneOrMore(name), otherwise: 'all', doc: 'Only instances that have this tag, or all of these.' },
  datacenter: { ...row, check: name, otherwise: "the agent's", doc: 'Where to look.' },
  token: { ...row, check: token, secret: true, doc: 'ACL token with `service:read` on the service and `node:read` on its nodes.' },
  onlyPassing: {
    ...row,
    check: boolean,
    default: false,
    doc: '`true`: instances with a check that warns are left out too. Those with a critical check always are.',
  },
  near: { ...row, check: name, otherwise: 'unsorted', doc: "Node by whose round trip times Consul sorts the instances; `_agent` is the agent's own." },
  stale: { ...row, check: boolean, default: true, doc: "Any of Consul's servers may answer, also while there is no leader." },
  scheme: { ...instance.scheme, doc: `${instance.scheme.doc} \`mcp_scheme\` in the meta of an instance makes it \`https\`, never \`http\`.` },
  path: { ...instance.path, doc: `${instance.path.doc} \`mcp_path\` in the meta of an instance replaces it.` },
  tls: { ...row, check: tls, secret: true, doc: 'For a `consulUrl` with `https:`; as of an endpoint.' },
}

const hostname: Check<string> = {
  type: 'string',
  read(value, place) {
    const labels = typeof value === 'string' ? value.replace(/\.$/, '').split('.') : []
    const fits = labels.length > 0 && labels.every((label) => /^[\x21-\x7e]{1,63}$/.test(label)) && labels.join('.').length <= 253
    return fits ? (value as string) : place.wrong('a name of the DNS', value)
  },
}

const nameServer: Check<string> = {
  type: 'string',
  read(value, place) {
    const [, bracketed, plain] = (typeof value === 'string' ? /^(?:\[(.+)\]|([^:]+))(?::\d{1,5})?$/.exec(value) : undefined) ?? []
    return isIP(bracketed ?? plain ?? String(value)) === 0 ? place.wrong('an IP address, with its port if it is not 53', value) : (value as string)
  },
}

export type DnsDefaults = keyof InstanceOptions | 'srv'

export const dnsOptions: OptionTable<Omit<DnsDiscoveryOptions, 'type'>, DnsDefaults> = {
  hostname: {
    ...row,
    check: hostname,
    required: true,
    doc: 'What to look up, as an absolute name: no search domain is added. With `srv`, that of the SRV records: `_mcp._tcp.example.com`.',
  },
  srv: { ...row, check: boolean, default: false, doc: '`true`: SRV records, with port, priority and weight, in place of addresses.' },
  port: { ...row, check: count(1, 65_535), otherwise: '80, with `https` 443', doc: 'Where there is no `srv`.' },
  servers: {
    ...row,
    check: list(nameServer),
    otherwise: "the system's",
    doc: 'DNS servers to ask, the first first: IP addresses, with their port if it is not 53.',
  },
  ...instance,
}

export const etcdOptions: OptionTable<Omit<EtcdDiscoveryOptions, 'type'>, 'hosts'> = {
  hosts: {
    ...row,
    check: oneOrMore(registryUrl('username and password')),
    default: 'http://127.0.0.1:2379',
    doc: "Base URLs of the members' client ports. One is asked; the next when it fails.",
  },
  prefix: { ...row, check: name, required: true, doc: 'What the keys of the endpoints begin with: `/services/mcp/`.' },
  username: { ...row, check: name, doc: 'User of etcd with read permission for the prefix; together with `password`.' },
  password: { ...row, check: text, secret: true, doc: 'Its password.' },
  tls: { ...row, check: tls, secret: true, doc: 'For `hosts` with `https:`; as of an endpoint.' },
}

/** A name of the Kubernetes API, which becomes part of a path and of a selector. */
const label: Check<string> = {
  type: 'string',
  read: (value, place) =>
    typeof value === 'string' && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value) ? value : place.wrong('a name of Kubernetes (a-z, 0-9 and -)', value),
}

const portNumber = count(1, 65_535)

const portOrName: Check<string | number> = {
  type: 'string | number',
  read: (value, place) => (typeof value === 'number' ? portNumber : name).read(value, place),
}

export const kubernetesOptions: OptionTable<Omit<KubernetesDiscoveryOptions, 'type'>, keyof InstanceOptions> = {
  namespace: { ...row, check: label, otherwise: "the pod's own; with `apiServer` it must be given", doc: 'Where the Service is.' },
  service: { ...row, check: label, required: true, doc: 'The Service.' },
  port: {
    ...row,
    check: portOrName,
    otherwise: 'the one that is called `mcp`, or the only one',
    doc: "Name of the Service's port, or number of the pods' port (`targetPort`).",
  },
  apiServer: {
    ...row,
    check: registryUrl('token'),
    otherwise: "the cluster's",
    doc: 'Base URL of the API server, outside of a cluster. The service account of a pod is not sent there.',
  },
  token: {
    ...row,
    check: token,
    secret: true,
    otherwise: "the service account's, read again as it is replaced; with `apiServer` none",
    doc: 'Bearer token that may `list` and `watch` `endpointslices`.',
  },
  tls: {
    ...row,
    check: tls,
    secret: true,
    otherwise: "the service account's authority; with `apiServer` Node's",
    doc: 'To verify the API server; as of an endpoint.',
  },
  scheme: { ...instance.scheme, doc: `${instance.scheme.doc} \`appProtocol: https\` of the port makes it \`https\`.` },
  path: instance.path,
}
