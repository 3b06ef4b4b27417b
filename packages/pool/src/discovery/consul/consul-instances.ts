import type { ResolvedConsulDiscovery, ResolvedInstance } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import { instanceUrl } from '../instance-url.js'
import { firstOf, items, type JsonShape, shape, words } from '../json-shape.js'
import { proportional } from '../proportional.js'

/*
 * What `/v1/health/service/:service` answers, as options of endpoints.
 *
 *     [{ Node: { Node, Address, Meta, Locality }, Service: { ID, Address, Port, Tags, Meta, Weights, Locality }, Checks: [{ Status }] }]
 */

type Health = 'passing' | 'warning' | 'critical'

/**
 * Instances that may take calls. An instance that says too little of itself is handed on as it is, and refused by whoever checks it.
 *
 * @throws PoolError `PROTOCOL` where it is no list
 */
export function consulEndpoints(answer: unknown, options: ResolvedInstance & Pick<ResolvedConsulDiscovery, 'onlyPassing'>): readonly unknown[] {
  if (!Array.isArray(answer)) throw new PoolError('PROTOCOL', 'Consul answers with what is no list of instances', { progress: 'answered' })
  const serving = answer.map(shape).flatMap((entry) => {
    const health = worst(items(entry.Checks))
    const weight = health === 'critical' || (health === 'warning' && options.onlyPassing) ? 0 : weightOf(shape(entry.Service), health)
    return weight === 0 ? [] : [{ entry, weight }]
  })
  const weights = proportional(serving.map(({ weight }) => weight))
  return serving.map(({ entry }, index) => endpointOf(entry, weights[index], options))
}

function endpointOf(entry: JsonShape, weight: number | undefined, { scheme, path }: ResolvedInstance): JsonShape {
  const service = shape(entry.Service)
  const node = shape(entry.Node)
  const meta = shape(service.Meta)
  const host = firstOf(service.Address, node.Address)
  const zone = firstOf(meta.mcp_zone, shape(service.Locality).Zone, shape(node.Locality).Zone, meta.zone, shape(node.Meta).zone)
  // Whoever may register a service may not talk the pool out of TLS.
  const own = { scheme: meta.mcp_scheme === 'https' ? 'https' : scheme, path: words(meta.mcp_path) ?? path } as const
  return {
    ...(host === undefined ? {} : { url: instanceUrl(host, service.Port, own) }),
    ...idOf(words(node.Node), words(service.ID)),
    weight,
    ...(zone === undefined ? {} : { zone }),
    ...(Array.isArray(service.Tags) ? { tags: service.Tags as unknown[] } : {}),
  }
}

/** A service's id is unique on its node only. */
function idOf(node: string | undefined, id: string | undefined): { readonly id?: string } {
  return node === undefined || id === undefined ? {} : { id: `${node}/${id}` }
}

/** As Consul adds checks up: the worst of them; a state of maintenance is a critical check, and a state that is not known is no good one. */
function worst(checks: readonly unknown[]): Health {
  const states = checks.map((check) => shape(check).Status)
  if (states.every((state) => state === 'passing')) return 'passing'
  return states.every((state) => state === 'passing' || state === 'warning') ? 'warning' : 'critical'
}

/** A weight of 0 takes no calls. What is no weight counts as 1, which is Consul's default. */
function weightOf(service: JsonShape, health: 'passing' | 'warning'): number {
  const { Passing, Warning } = shape(service.Weights)
  const weight = health === 'passing' ? Passing : Warning
  return typeof weight === 'number' && weight >= 0 ? weight : 1
}
