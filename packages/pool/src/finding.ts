import type { ResolvedConfig, ResolvedEndpoint } from './config/index.js'
import { Discovery, resolverOf, Subset, subsetOf, thisWorker } from './discovery/index.js'
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
  const { subsetSize, workerIndex, endpoints, maxSize } = config
  const worker = thisWorker(workerIndex)
  if (subsetSize === undefined) {
    // Where some get no client, they are not the same ones in every worker.
    const inTurn = (found: EndpointChanges['found']): EndpointChanges['found'] => (found.length > maxSize ? subsetOf(found, found.length, worker) : found)
    return { listed: inTurn(endpoints), discovery: discoveryOf({ ...parts, onChanges: ({ found, gone }) => onChanges({ found: inTurn(found), gone }) }) }
  }
  const subset = new Subset(subsetSize, worker)
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
