import { PoolError } from '../../errors.js'
import { type Bounds, Field, type Members, type ScenarioProblem } from './fields.js'
import { POLICIES } from './policies.js'
import { poolSettings, type SimulatedPoolOptions } from './pool-settings.js'
import { readDistribution, SHARE } from './read-distribution.js'
import { readReplicas, readRestarts } from './read-replicas.js'
import type { Arrivals, Scenario, SimulatedTool } from './scenario.js'
import { capacityOf } from './workload.js'

const NAMES = [
  'name',
  'about',
  'calls',
  'quickCalls',
  'duration',
  'workers',
  'zones',
  'utilisation',
  'rate',
  'replay',
  'service',
  'tools',
  'replicas',
  'restarts',
  'priorities',
  'timeout',
  'within',
  'cancellable',
  'pool',
  'policies',
] as const

/** Each call takes about 60 bytes. */
const MOST_CALLS = 20_000_000
const CALLS: Bounds = { min: 1, max: MOST_CALLS, whole: true }
const WORKERS: Bounds = { min: 1, max: 1_000, whole: true }
const UTILISATION: Bounds = { min: 0.001, max: 10 }
const RATE: Bounds = { min: 0.001, max: 1_000_000 }
const PART: Bounds = { min: 0, max: 1 }
const MOST_TOOLS = 255
const MOST_REPLICAS = 10_000

export interface ReadScenarioOptions {
  /** Reads the times of a `replay`, of which the scenario gives the name. @throws Error whose message says what is wrong */
  readonly replay?: (name: string) => ReadonlyArray<{ readonly at: number; readonly tool?: string }>
}

/** Scenarios, of which there are several where the file has `variants`, or at least one problem. */
export interface ReadScenarios {
  readonly scenarios: readonly Scenario[]
  readonly problems: readonly ScenarioProblem[]
}

/**
 * Reads what a scenario file says, once parsed; everything that is wrong with it is found at once. Each of its `variants` is the
 * file with other values for the names that it gives.
 */
export function readScenarios(value: unknown, options: ReadScenarioOptions = {}): ReadScenarios {
  const problems: ScenarioProblem[] = []
  const root = new Field(value, [], problems)
  const base = root.members([...NAMES, 'variants'])
  if (base === undefined) return { scenarios: [], problems }
  const variants = base('variants')
  const scenarios = variants.isGiven
    ? variants.list().flatMap((variant) => {
        const own = variant.members(NAMES)
        if (own === undefined) return []
        const name = own('name').text()
        const scenario = read((each) => (own(each).isGiven && each !== 'name' ? own(each) : base(each)), root, options)
        return { ...scenario, name: `${scenario.name}: ${name}` }
      })
    : [read(base, root, options)]
  // What is wrong with the file itself is found once for each variant.
  const distinct = new Map(problems.map((problem) => [problem.message, problem]))
  return { scenarios: problems.length === 0 ? scenarios : [], problems: [...distinct.values()] }
}

function read(member: Members<(typeof NAMES)[number]>, root: Field, options: ReadScenarioOptions): Scenario {
  const tools = readTools(member('service'), member('tools'))
  const replicas = readReplicas(member('replicas'))
  const count = replicas.reduce((sum, group) => sum + group.count, 0)
  if (count > MOST_REPLICAS) member('replicas').say(`must be at most ${MOST_REPLICAS} together, got ${count}`)
  const duration = member('duration').duration(1, Number.POSITIVE_INFINITY)
  const calls = member('calls').number(CALLS, duration === Number.POSITIVE_INFINITY ? 150_000 : MOST_CALLS)
  const scenario: Scenario = {
    name: member('name').text('scenario'),
    about: member('about').text('-'),
    calls,
    duration,
    quickCalls: member('quickCalls').number(CALLS, 10_000),
    workers: member('workers').number(WORKERS, 1),
    zones: readZones(member('zones')),
    arrivals: readArrivals(member, root, tools, options),
    tools,
    replicas,
    restarts: readRestarts(member('restarts'), replicas),
    priorities: readPriorities(member('priorities')),
    timeout: member('timeout').isGiven ? member('timeout').duration(1) : undefined,
    within: member('within').isGiven ? member('within').duration(1) : undefined,
    cancellable: member('cancellable').boolean(true),
    pool: readPool(member('pool')),
    policies: member('policies').isGiven
      ? member('policies')
          .list()
          .map((each) => each.choice(POLICIES))
      : ['central-queue', 'pool'],
  }
  checkSize(scenario, member('duration'))
  return scenario
}

function readZones(field: Field): Scenario['zones'] {
  const member = field.isGiven ? field.members(['workers', 'latency']) : undefined
  if (member === undefined) return undefined
  const workers = member('workers')
    .list()
    .map((each) => each.text())
  return { workers, latency: member('latency').duration(0, 0) }
}

function readTools(service: Field, tools: Field): SimulatedTool[] {
  if (service.isGiven === tools.isGiven) {
    service.say(service.isGiven ? 'does not go with tools, which have a service each' : 'must be given, or tools with a service each')
    return []
  }
  if (service.isGiven) return [{ name: 'work', share: 1, safe: true, service: readDistribution(service) }]
  const list = tools.list()
  if (list.length > MOST_TOOLS) tools.say(`must be at most ${MOST_TOOLS}, got ${list.length}`)
  return list.flatMap((each) => {
    const member = each.members(['name', 'share', 'safe', 'service'])
    if (member === undefined) return []
    const name = member('name').text()
    return { name, share: member('share').number(SHARE, 1), safe: member('safe').boolean(true), service: readDistribution(member('service')) }
  })
}

function readArrivals(
  member: Members<(typeof NAMES)[number]>,
  root: Field,
  tools: readonly SimulatedTool[],
  { replay: readReplay }: ReadScenarioOptions,
): Arrivals {
  const [utilisation, rate, replay] = [member('utilisation'), member('rate'), member('replay')]
  const given = [utilisation, rate, replay].filter(({ isGiven }) => isGiven)
  if (given.length !== 1) {
    if (given[1] === undefined) root.say('must have one of utilisation, rate, replay')
    else given[1].say('is one too many: of utilisation, rate and replay there may be one')
    return { rate: 1 }
  }
  if (rate.isGiven) return { rate: rate.number(RATE) }
  if (replay.isGiven) return { replay: replayed(replay, tools, readReplay) }
  if (typeof utilisation.value === 'number') {
    const both = utilisation.number(UTILISATION)
    return { utilisation: [both, both] }
  }
  const ends = utilisation.members(['from', 'to'])
  return ends === undefined ? { rate: 1 } : { utilisation: [ends('from').number(UTILISATION), ends('to').number(UTILISATION)] }
}

function replayed(field: Field, tools: readonly SimulatedTool[], readReplay: ReadScenarioOptions['replay']): Extract<Arrivals, { replay: unknown }>['replay'] {
  const name = field.text()
  if (readReplay === undefined) return field.say('cannot be read here') ?? []
  try {
    const calls = readReplay(name)
    const stranger = calls.find(({ tool }) => tool !== undefined && tools.every((each) => each.name !== tool))
    if (stranger !== undefined) field.say(`names the tool '${stranger.tool}', which is none of ${tools.map((tool) => tool.name).join(', ')}`)
    return calls
  } catch (error) {
    return field.say(`cannot be read: ${error instanceof Error ? error.message : String(error)}`) ?? []
  }
}

function readPriorities(field: Field): Scenario['priorities'] {
  const member = field.isGiven ? field.members(['high', 'low']) : undefined
  if (member === undefined) return { high: 0, low: 0 }
  const shares = { high: member('high').number(PART, 0), low: member('low').number(PART, 0) }
  if (shares.high + shares.low > 1) field.wrong('be at most 1 together')
  return shares
}

/** As the pool would read them, and in its words. */
function readPool(field: Field): SimulatedPoolOptions {
  if (!field.isGiven) return {}
  const { value } = field
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return field.wrong('be an object with options of the pool') ?? {}
  if ('endpoints' in value) return field.say('must not have endpoints: those are the replicas') ?? {}
  try {
    poolSettings(value)
  } catch (error) {
    if (!(error instanceof PoolError)) throw error
    const causes = error.cause instanceof AggregateError ? error.cause.errors : [error]
    for (const cause of causes) {
      const message = cause instanceof Error ? cause.message : String(cause)
      const name = Object.keys(value).find((each) => message.startsWith(each) || message.includes(`'${each}'`) || message.includes(`"${each}"`))
      const at = name === undefined ? field : field.member(name)
      at.say(`is refused by the pool: ${message}`)
    }
  }
  return value
}

function checkSize(scenario: Scenario, duration: Field): void {
  const { arrivals } = scenario
  if (scenario.duration === Number.POSITIVE_INFINITY || scenario.tools.length === 0 || 'replay' in arrivals) return
  const perMs = 'rate' in arrivals ? arrivals.rate / 1_000 : capacityOf(scenario) * Math.max(...arrivals.utilisation)
  const calls = perMs * scenario.duration
  if (calls > MOST_CALLS && scenario.calls === MOST_CALLS)
    duration.wrong(`come to at most ${MOST_CALLS.toLocaleString('en')} calls (these are about ${Math.round(calls).toLocaleString('en')})`)
}
