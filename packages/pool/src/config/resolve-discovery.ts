import { serviceDiscovery } from './discovery-schema.js'
import { Place, Problems } from './problems.js'
import type { ResolvedDiscovery } from './resolved.js'

/**
 * Options of a source that is used by itself, outside of a pool.
 *
 * @throws PoolError `CONFIG`
 */
export function resolveDiscovery(options: unknown): ResolvedDiscovery {
  const problems = new Problems()
  const place = new Place(problems, 'serviceDiscovery')
  const read = serviceDiscovery.read(options, place)
  if (read !== undefined && 'watch' in read) place.must('have a type: what is a Resolver already needs none to be made')
  problems.throwIfAny()
  return read as ResolvedDiscovery
}
