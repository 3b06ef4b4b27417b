import type { ResolvedInstance, ResolvedKubernetesDiscovery } from '../../config/index.js'
import { instanceUrl } from '../instance-url.js'
import { items, type JsonShape, shape, words } from '../json-shape.js'

/*
 * EndpointSlices (`discovery.k8s.io/v1`) of one Service, as options of endpoints.
 *
 *     { metadata: { name }, addressType, ports: [{ name, port, protocol, appProtocol }],
 *       endpoints: [{ addresses, conditions: { ready, serving, terminating }, zone, hints: { forZones: [{ name }] }, targetRef: { name, uid } }] }
 */

type Wanted = ResolvedInstance & Pick<ResolvedKubernetesDiscovery, 'port'>

/** What one slice says, read once: most of a set stays as it is when one slice changes. */
export interface ReadSlice {
  readonly name: string
  readonly family: number
  /** Those that may take calls, by what tells that two are the same. */
  readonly endpoints: ReadonlyArray<readonly [key: string, endpoint: JsonShape]>
}

/** Of a pod with addresses of both families there are two slices: IPv4 is taken before IPv6. */
const FAMILIES: readonly unknown[] = ['IPv4', 'IPv6', 'FQDN']

export function readSlice(slice: JsonShape, wanted: Wanted): ReadSlice {
  const port = portOf(items(slice.ports).map(shape), wanted.port)
  const name = words(shape(slice.metadata).name) ?? ''
  const usable = items(slice.endpoints)
    .map(shape)
    .filter(({ conditions }) => takesCalls(shape(conditions)))
  const endpoints = usable.map((endpoint, index) => {
    const target = shape(endpoint.targetRef)
    // All addresses of one endpoint lead to the same place.
    const address = words(items(endpoint.addresses)[0])
    const url = address === undefined ? undefined : urlOf(address, port, wanted)
    const key = words(target.uid) ?? url ?? `${name}[${index}]`
    return [key, { ...(url === undefined ? {} : { url }), ...idOf(target), ...zoneOf(endpoint) }] as const
  })
  return { name, family: FAMILIES.indexOf(slice.addressType), endpoints }
}

/**
 * The endpoints of all slices together. A slice holds a hundred at most, and while they are shifted from one to another an endpoint may be
 * in both: each pod counts once.
 */
export function endpointsOf(slices: Iterable<ReadSlice>): readonly unknown[] {
  const found = new Map<string, JsonShape>()
  const order = [...slices].toSorted((a, b) => a.family - b.family || compare(a.name, b.name))
  for (const { endpoints } of order) for (const [key, endpoint] of endpoints) if (!found.has(key)) found.set(key, endpoint)
  return [...found.values()]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Unknown is ready, says the API. One that terminates still serves what it has, and is to get nothing new. */
function takesCalls({ ready, terminating }: JsonShape): boolean {
  return ready !== false && terminating !== true
}

/** The port by name or number; where none is named the one that is called `mcp`, or the only one. */
function portOf(ports: readonly JsonShape[], wanted: string | number | undefined): JsonShape | undefined {
  const usable = ports.filter(({ protocol }) => protocol === undefined || protocol === 'TCP')
  if (wanted === undefined) return usable.find(({ name }) => name === 'mcp') ?? (usable.length === 1 ? usable[0] : undefined)
  // A Service without ports of its own has none in its slices either: the pods listen where they were told to.
  if (typeof wanted === 'number') return usable.find(({ port }) => port === wanted) ?? { port: wanted }
  return usable.find(({ name }) => name === wanted)
}

function urlOf(address: string, port: JsonShape | undefined, { scheme, path }: ResolvedInstance): string {
  return instanceUrl(address, port?.port, { scheme: port?.appProtocol === 'https' ? 'https' : scheme, path })
}

/** The pod's name, which pods of a StatefulSet keep. */
function idOf(target: JsonShape): { readonly id?: string } {
  const name = words(target.name)
  return name === undefined ? {} : { id: name }
}

/** Where it stands; or, where hints say who should use it, whose it is. Then the tags tell the rest. */
function zoneOf(endpoint: JsonShape): { readonly zone?: string; readonly tags?: readonly string[] } {
  const own = words(endpoint.zone)
  const hinted = items(shape(endpoint.hints).forZones).flatMap((hint) => words(shape(hint).name) ?? [])
  const zone = own !== undefined && hinted.includes(own) ? own : (hinted[0] ?? own)
  const tags = [...hinted.map((name) => `for-zone:${name}`), ...(own === undefined || own === zone ? [] : [`zone:${own}`])]
  return { ...(zone === undefined ? {} : { zone }), ...(tags.length === 0 ? {} : { tags }) }
}
