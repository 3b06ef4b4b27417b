import type { ResolvedConfig } from './config/index.js'
import { Discovery, resolverOf } from './discovery/index.js'
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

/** What finds the endpoints of a pool; undefined where all are listed. */
export function discoveryOf({ config, timers, random, emit, onChanges }: FindingParts): Discovery | undefined {
  const { serviceDiscovery, endpoints: listed } = config
  if (serviceDiscovery === undefined) return undefined
  const own = 'watch' in serviceDiscovery
  const resolver = own ? serviceDiscovery : resolverOf(serviceDiscovery, { timers, random })
  return new Discovery({ resolver, source: own ? 'resolver' : serviceDiscovery.type, listed, client: config, timers, emit, onChanges })
}
