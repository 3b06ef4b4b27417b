import type { ResolvedConfig, ResolvedEndpoint } from './config/index.js'
import { Discovery, resolverOf, Subset, thisWorker } from './discovery/index.js'
import type { PoolEvents } from './events.js'
import type { EndpointChanges } from './fleet/index.js'
import type { Random, Timers } from './ports.js'

export interface FindingParts {
  readonly config: ResolvedConfig
  readonly timers: Timers
  readonly random: Random
  readonly emit: <Name extends keyof PoolEvents>(name: Name, ...args: PoolEvents[Name]) => void
  readonly onChanges: (changes: EndpointChanges) => void
}

/** The endpoints of a pool. */
export interface Finding {
  /** What finds them; undefined where all are listed. */
  readonly discovery: Discovery | undefined
  /** Those that are listed, and that the pool uses. */
  readonly listed: readonly ResolvedEndpoint[]
}

export function findingOf(parts: FindingParts): Finding {
  const { config, onChanges } = parts
  const { subsetSize, workerIndex, endpoints } = config
  if (subsetSize === undefined) return { discovery: discoveryOf(parts), listed: endpoints }
  const subset = new Subset(subsetSize, thisWorker(workerIndex))
  const narrowed = (changes: EndpointChanges): void => {
    const own = subset.change(changes)
    if (own.found.length + own.gone.length > 0) onChanges(own)
  }
  return { listed: subset.change({ found: endpoints, gone: [] }).found, discovery: discoveryOf({ ...parts, onChanges: narrowed }) }
}

function discoveryOf({ config, timers, random, emit, onChanges }: FindingParts): Discovery | undefined {
  const { serviceDiscovery, endpoints: listed } = config
  if (serviceDiscovery === undefined) return undefined
  const own = 'watch' in serviceDiscovery
  const resolver = own ? serviceDiscovery : resolverOf(serviceDiscovery, { timers, random })
  return new Discovery({ resolver, source: own ? 'resolver' : serviceDiscovery.type, listed, client: config, timers, emit, onChanges })
}
