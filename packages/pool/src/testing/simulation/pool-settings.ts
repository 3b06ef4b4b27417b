import type { CallPathSettings } from '../../call-path.js'
import { type PoolOptions, resolveConfig } from '../../config/index.js'

/** Options of a pool in a scenario. Its endpoints are the simulated replicas, and nobody watches. */
export type SimulatedPoolOptions = Omit<PoolOptions, 'endpoints' | 'serviceDiscovery' | 'endpointDefaults' | 'observer'>

/**
 * As the pool itself reads its options: the same defaults, and the same words for what is wrong.
 *
 * @throws PoolError `CONFIG`
 */
export function poolSettings(options: SimulatedPoolOptions): CallPathSettings {
  return resolveConfig({ ...options, endpoints: [{ url: 'http://replica.example/mcp' }] })
}
