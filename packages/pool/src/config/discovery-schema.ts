import { isSecureUrl } from '../auth/index.js'
import type { Resolver } from '../ports.js'
import type { Check, Option, OptionTable, Read } from './checks.js'
import { choice, implementing, isRecord, object, text } from './checks.js'
import type { DiscoveryOptions, FileDiscoveryOptions } from './discovery-options.js'
import type { Place } from './problems.js'
import type { ConsulDiscoveryOptions, DnsDiscoveryOptions, EtcdDiscoveryOptions, InstanceOptions, KubernetesDiscoveryOptions } from './registry-options.js'
import { type ConsulDefaults, consulOptions, type DnsDefaults, dnsOptions, etcdOptions, kubernetesOptions } from './registry-schema.js'
import type { ResolvedDiscovery } from './resolved.js'

/** One table for each `type` of `serviceDiscovery`. */

const row = { since: '0.1.0' } as const

function type<T extends string>(name: T): Option<T> & { readonly default?: never } {
  return { ...row, check: choice(name), required: true, doc: 'What follows is for this one.' }
}

const fileOptions: OptionTable<FileDiscoveryOptions> = {
  type: type('file'),
  path: { ...row, check: text, required: true, doc: 'The file: absolute, or relative to the working directory.' },
}

interface DiscoveryType<T> {
  readonly options: Readonly<Record<string, Option<unknown>>>
  readonly check: Check<T>
}

/** `relation`: what its options must be to each other. */
function discoveryType<T, Defaulted extends keyof T = never>(
  options: OptionTable<T, Defaulted>,
  relation: (read: Read<T, Defaulted>, place: Place) => void = () => {},
): DiscoveryType<Read<T, Defaulted>> {
  const members = object(options)
  const read: Check<Read<T, Defaulted>>['read'] = (value, place) => {
    const options = members.read(value, place)
    if (options !== undefined) relation(options, place)
    return options
  }
  return { options, check: { ...members, read } }
}

export const discoveryTypes: { readonly [Type in DiscoveryOptions['type']]: DiscoveryType<Extract<ResolvedDiscovery, { readonly type: Type }>> } = {
  file: discoveryType(fileOptions),
  consul: discoveryType<ConsulDiscoveryOptions, ConsulDefaults>({ type: type('consul'), ...consulOptions }),
  dns: discoveryType<DnsDiscoveryOptions, DnsDefaults>({ type: type('dns'), ...dnsOptions }),
  etcd: discoveryType<EtcdDiscoveryOptions, 'hosts'>({ type: type('etcd'), ...etcdOptions }, ({ username, password }, place) => {
    if ((username === undefined) !== (password === undefined)) place.must('have both username and password, or neither')
  }),
  kubernetes: discoveryType<KubernetesDiscoveryOptions, keyof InstanceOptions>(
    { type: type('kubernetes'), ...kubernetesOptions },
    ({ apiServer, namespace, token }, place) => {
      if (apiServer !== undefined && namespace === undefined) place.member('namespace').must('be given where apiServer is')
      if (token !== undefined && apiServer !== undefined && !isSecureUrl(new URL(apiServer)))
        place.member('apiServer').must('be an https: URL: plain http: would show the token to the network (allowed on loopback)')
    },
  ),
}

const anyType = choice(...(Object.keys(discoveryTypes) as Array<DiscoveryOptions['type']>))
const resolver: Check<Resolver> = implementing('object with a type, or a Resolver', ['watch', 'close'])

export const serviceDiscovery: Check<ResolvedDiscovery | Resolver> = {
  type: 'object',
  read(value, place) {
    if (!isRecord(value) || value.watch !== undefined) return resolver.read(value, place)
    const named = anyType.read(value.type, place.member('type'))
    return named === undefined ? undefined : Object.freeze(discoveryTypes[named].check.read(value, place))
  },
}
