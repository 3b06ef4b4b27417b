import { PoolError } from '../errors.js'
import type { JsonObject } from '../ports.js'
import type { Read } from './checks.js'
import { isRecord, list, readMembers } from './checks.js'
import { conceal } from './conceal.js'
import type { EndpointDefaults } from './discovery-options.js'
import type { Handlers, LoadBalancingAlgorithm } from './options.js'
import { endpointDefaults as defaultsCheck, endpointOver } from './endpoint-schema.js'
import { Place, Problems } from './problems.js'
import type { ResolvedConfig } from './resolved.js'
import { checkRelations, resolveResilience } from './resilience-relations.js'
import { checkDefaults, resolveEndpoints } from './resolve-endpoint.js'
import type { CheckedPoolOptions, PoolDefaults } from './schema.js'
import { loadBalancingAlgorithm as algorithmCheck, poolOptions } from './schema.js'

/** Told when `loadBalancingAlgorithm` was set to another one. */
type AlgorithmListener = (algorithm: LoadBalancingAlgorithm, previous: LoadBalancingAlgorithm) => void

/**
 * Checks the options of a pool and gives those that are missing their defaults.
 *
 * @throws PoolError `CONFIG`, which names everything that is wrong, and shows no secret.
 */
export function resolveConfig(options: unknown, onAlgorithm: AlgorithmListener = () => {}): ResolvedConfig {
  const problems = new Problems()
  const config = read(options, new Place(problems), onAlgorithm)
  problems.throwIfAny()
  // Without a problem there is a config.
  return config!
}

function read(options: unknown, place: Place, onAlgorithm: AlgorithmListener): ResolvedConfig | undefined {
  let given: Read<CheckedPoolOptions, PoolDefaults> | undefined
  let named: ReadonlySet<string>
  try {
    const endpoints = { ...poolOptions.endpoints, check: list(endpointOver(defaultsOf(options))) }
    given = readMembers<CheckedPoolOptions, PoolDefaults>({ ...poolOptions, endpoints }, options, place)
    named = namesOf(options)
  } catch (error) {
    // A getter of the caller's that throws. Its message is not ours to show.
    throw new PoolError('CONFIG', 'options could not be read', { cause: error })
  }
  if (given === undefined) return undefined
  const { clientSecret, endpointDefaults, serviceDiscovery, minSize, callTimeout, ...others } = given
  const { loadBalancingAlgorithm, maxRetryDelay, maxStreamSize, capabilities, endpoints: checked = [], ...rest } = others
  const { subsetSize, workerIndex } = rest
  // Each endpoint of the subset is to have a client.
  const maxSize = named.has('maxSize') ? rest.maxSize : Math.max(rest.maxSize, subsetSize ?? 0)
  if (!named.has('serviceDiscovery')) {
    if (!named.has('endpoints')) place.member('endpoints').must('be given, or serviceDiscovery')
    if (given.endpoints?.length === 0) place.member('endpoints').must('hold at least one endpoint: without serviceDiscovery none are found')
  }
  // Each option by itself first: a wrong one is its default by now.
  if (place.problems.count === 0) {
    if (minSize !== undefined && minSize > maxSize) place.member('minSize').must(`be at most maxSize (${maxSize}), got ${minSize}`)
    if (subsetSize !== undefined && subsetSize > maxSize) place.member('subsetSize').must(`be at most maxSize (${maxSize}), got ${subsetSize}`)
    if (workerIndex !== undefined && subsetSize === undefined) place.member('workerIndex').must('come with subsetSize: it says which endpoints are used')
    if (maxRetryDelay !== undefined && maxRetryDelay < rest.retryDelay)
      place.member('maxRetryDelay').must(`be at least retryDelay (${rest.retryDelay}), got ${maxRetryDelay}`)
    checkRelations(rest, rest, named, place)
  }
  const client = { ...rest, clientSecret, endpointDefaults }
  if (endpointDefaults !== undefined) checkDefaults(endpointDefaults, client, place.member('endpointDefaults'))
  const endpoints = resolveEndpoints(checked, client, (index) => place.member('endpoints').index(index))
  const config = {
    ...rest,
    ...resolveResilience(rest, named),
    endpoints: Object.freeze(endpoints),
    maxSize,
    minSize: minSize ?? defaultMinSize(Math.min(endpoints.length, subsetSize ?? endpoints.length), maxSize),
    callTimeout: callTimeout ?? 2 * rest.requestTimeout,
    loadBalancingAlgorithm: loadBalancingAlgorithm ?? (rest.enableAdaptiveBalancing ? 'adaptive' : 'least-load'),
    maxRetryDelay: maxRetryDelay ?? Math.max(10_000, rest.retryDelay),
    maxStreamSize: maxStreamSize ?? Math.max(256 * 1024 * 1024, rest.maxMessageSize),
    capabilities: capabilities ?? capabilitiesOf(rest.handlers),
  }
  const hidden = { clientSecret, serviceDiscovery, endpointDefaults, minSizeGiven: minSize !== undefined }
  return Object.freeze(changeable(conceal(config, hidden), onAlgorithm))
}

/** Needed before the endpoints are read; what is wrong with them is said when they are. */
function defaultsOf(options: unknown): EndpointDefaults | undefined {
  const given = isRecord(options) ? options.endpointDefaults : undefined
  return given === undefined ? undefined : defaultsCheck.read(given, new Place(new Problems()))
}

/** The clients of a pool that was told no number: one for each endpoint, and two where there is one, so that one may fail. */
export function defaultMinSize(endpoints: number, maxSize: number): number {
  return Math.min(maxSize, Math.max(2, endpoints))
}

/** Options that have a value, and not their default. */
function namesOf(options: unknown): ReadonlySet<string> {
  return new Set(isRecord(options) ? Object.keys(options).filter((name) => options[name] !== undefined) : [])
}

/** What can be answered can be asked for. */
function capabilitiesOf(handlers: Handlers): JsonObject {
  return Object.fromEntries(Object.keys(handlers).map((name) => [name, {}]))
}

/** The one member that may be assigned while the pool runs. */
function changeable<T extends { readonly loadBalancingAlgorithm: LoadBalancingAlgorithm }>(
  config: T,
  onChange: AlgorithmListener,
): T & { loadBalancingAlgorithm: LoadBalancingAlgorithm } {
  let algorithm = config.loadBalancingAlgorithm
  return Object.defineProperty(config, 'loadBalancingAlgorithm', {
    enumerable: true,
    get: () => algorithm,
    set(value: unknown) {
      const problems = new Problems()
      const checked = algorithmCheck.read(value, new Place(problems, 'loadBalancingAlgorithm'))
      problems.throwIfAny()
      const previous = algorithm
      algorithm = checked!
      if (algorithm !== previous) onChange(algorithm, previous)
    },
  })
}
