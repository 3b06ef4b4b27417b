import { describe, expect, it } from 'vitest'
import { readScenarios } from './read-scenario.js'

const GOOD = { utilisation: 0.7, service: '100ms', replicas: [{ slots: 4 }] }

describe('readScenarios', () => {
  it('needs little, and fills in the rest', () => {
    const { scenarios, problems } = readScenarios(GOOD)
    expect(problems).toEqual([])
    expect(scenarios).toHaveLength(1)
    expect(scenarios[0]).toMatchObject({
      calls: 150_000,
      workers: 1,
      arrivals: { utilisation: [0.7, 0.7] },
      tools: [{ name: 'work', safe: true, service: { constant: 100 } }],
      replicas: [{ count: 1, slots: 4, queue: Number.POSITIVE_INFINITY, speed: 1 }],
      policies: ['central-queue', 'pool'],
    })
  })

  it('makes a scenario of each variant', () => {
    const { scenarios } = readScenarios({ ...GOOD, name: 'two', variants: [{ name: 'a' }, { name: 'b', workers: 5 }] })
    expect(scenarios.map(({ name, workers }) => [name, workers])).toEqual([
      ['two: a', 1],
      ['two: b', 5],
    ])
  })

  it('reads times with units, and numbers as milliseconds', () => {
    const { scenarios } = readScenarios({ ...GOOD, service: { pareto: { min: 250, alpha: 1.5, max: '1.5m' } } })
    expect(scenarios[0]!.tools[0]!.service).toEqual({ pareto: { min: 250, alpha: 1.5, max: 90_000 } })
  })

  it('reads what is replayed', () => {
    const { utilisation: _, ...rest } = GOOD
    const { scenarios } = readScenarios({ ...rest, replay: 'calls.csv' }, { replay: (name) => [{ at: name.length }] })
    expect(scenarios[0]!.arrivals).toEqual({ replay: [{ at: 9 }] })
  })

  const replicas = (more: object): object => ({ replicas: [{ slots: 4, ...more }] })
  const troubled = (trouble: object): object => replicas({ troubles: [trouble] })

  it.each<[string, object, string, unknown[]]>([
    ['an unknown name', { utilization: 0.5 }, "unknown name 'utilization'. Allowed: name, about, calls,", ['utilization']],
    ['no replicas', { replicas: [] }, 'replicas must be a list of at least one, got []', ['replicas']],
    ['a number out of range', replicas({ slots: 0 }), 'replicas[0].slots must be a whole number in 1 … 100,000, got 0', ['replicas', 0, 'slots']],
    [
      'nothing where something must be',
      { replicas: [{}] },
      'replicas[0].slots must be a whole number in 1 … 100,000, and is not given',
      ['replicas', 0, 'slots'],
    ],
    ['a text for a number', { workers: 'ten' }, 'workers must be a whole number in 1 … 1,000, got "ten"', ['workers']],
    ['a time without sense', { timeout: '5 parsecs' }, 'timeout must be a time such as 250ms, 1.5s, 2m or 1h', ['timeout']],
    ['two arrivals', { rate: 5 }, 'rate is one too many: of utilisation, rate and replay there may be one', ['rate']],
    ['two services', { tools: [{ name: 'a', service: 1 }] }, 'service does not go with tools', ['service']],
    [
      'an unknown distribution',
      { service: { gamma: 1 } },
      "service: unknown name 'gamma'. Allowed: constant, exponential, lognormal, pareto, mix",
      ['service', 'gamma'],
    ],
    [
      'two distributions',
      { service: { constant: 1, exponential: 1 } },
      'service must be a time, or one of constant, exponential, lognormal, pareto, mix',
      ['service'],
    ],
    [
      'a distribution upside down',
      { service: { pareto: { min: 10, alpha: 1, max: 5 } } },
      'service.pareto.max must be at least min (10 ms), got 5',
      ['service', 'pareto', 'max'],
    ],
    ['no trouble', troubled({ after: 5 }), 'replicas[0].troubles[0] must have exactly one of slow, fail, hang, stall', ['replicas', 0, 'troubles', 0]],
    [
      'what belongs to another trouble',
      troubled({ slow: 0.5, as: 'error' }),
      'replicas[0].troubles[0].as does not go with slow',
      ['replicas', 0, 'troubles', 0, 'as'],
    ],
    [
      'times without a length',
      troubled({ slow: 0.5, every: '5s' }),
      'replicas[0].troubles[0].length must say how long each time is',
      ['replicas', 0, 'troubles', 0, 'length'],
    ],
    [
      'a time longer than its period',
      troubled({ slow: 0.5, every: '5s', length: '6s' }),
      'replicas[0].troubles[0].length must be below every (5000 ms)',
      ['replicas', 0, 'troubles', 0, 'length'],
    ],
    ['zones in which nobody stands', { zones: { workers: [], latency: '2ms' } }, 'zones.workers must be a list of at least one', ['zones', 'workers']],
    ['a policy that is none', { policies: ['pool', 'luck'] }, 'policies[1] must be pool, zone-blind,', ['policies', 1]],
    [
      'an option that the pool refuses',
      { pool: { retryAttempts: -1 } },
      'pool.retryAttempts is refused by the pool: retryAttempts must be',
      ['pool', 'retryAttempts'],
    ],
    ['endpoints', { pool: { endpoints: [] } }, 'pool must not have endpoints', ['pool']],
    ['a group that is not there', { restarts: { every: 5, group: 'x' } }, 'restarts.group must be group-1, got "x"', ['restarts', 'group']],
    [
      'one name for two groups',
      {
        replicas: [
          { name: 'a', slots: 1 },
          { name: 'a', slots: 1 },
        ],
      },
      "replicas[1] must have a name of its own, 'a' is taken",
      ['replicas', 1],
    ],
    ['shares beyond the whole', { priorities: { high: 0.7, low: 0.7 } }, 'priorities must be at most 1 together', ['priorities']],
    [
      'a mistake in a variant',
      { variants: [{ name: 'a', workers: 0 }] },
      'variants[0].workers must be a whole number in 1 … 1,000, got 0',
      ['variants', 0, 'workers'],
    ],
  ])('refuses %s', (_, change, message, path) => {
    const { scenarios, problems } = readScenarios({ ...GOOD, ...change })
    expect(scenarios).toEqual([])
    expect(problems.map((problem) => problem.message.slice(0, message.length))).toEqual([message])
    expect(problems[0]!.path).toEqual(path)
  })

  it.each([[null], ['text'], [[]], [5]])('refuses %j, which is no scenario', (value) => {
    expect(readScenarios(value).problems).toHaveLength(1)
  })
})
