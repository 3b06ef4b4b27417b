import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { type PoolOptions, resolveConfig, type ResolvedConfig } from './index.js'

const endpoints = [{ url: 'http://127.0.0.1:8001/mcp' }]
const config = (options: Partial<PoolOptions>): ResolvedConfig => resolveConfig({ endpoints, ...options })

function problem(options: object): string {
  try {
    resolveConfig({ endpoints, ...options })
  } catch (error) {
    if (error instanceof PoolError && error.code === 'CONFIG') return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

describe('defaults', () => {
  it('are those that the documents promise', () => {
    expect(config({})).toMatchObject({
      breakerThreshold: undefined,
      breakerTimeout: 60_000,
      breakerResetTimeout: 30_000,
      breakerFailureRate: 0.5,
      breakerMinimumVolume: 10,
      breakerTrials: 3,
      maxEjectionPercent: 50,
      baseEjectionTime: 10_000,
      maxEjectionTime: 300_000,
      panicThreshold: 50,
      slowStartTime: 10_000,
      retryBudget: { ratio: 0.2, reserve: 10, window: 10_000 },
      hedge: undefined,
      enablePriorityQueues: false,
      queueTimeout: 30_000,
      maxQueueSize: 1_000,
      maxConcurrentRequestsPerClient: undefined,
      maxConcurrentRequestsPerTool: {},
      enableAdaptiveBalancing: false,
      learningRate: 0.1,
    })
  })

  it.each([
    ['breakerTimeout', 10],
    ['breakerResetTimeout', 10],
    ['breakerFailureRate', 0.2],
    ['breakerMinimumVolume', 3],
    ['breakerTrials', 1],
  ])('turn the breaker on where %s is given, since nobody says how a breaker has to be who wants none', (name, value) => {
    expect(config({ [name]: value })).toMatchObject({ breakerThreshold: 5, [name]: value })
    expect(config({ [name]: value, breakerThreshold: 2 }).breakerThreshold).toBe(2)
    expect(config({ [name]: undefined }).breakerThreshold).toBeUndefined()
  })

  it('complete what is nested', () => {
    expect(config({ hedge: {} }).hedge).toEqual({ after: 'p95', maxExtra: 0.05 })
    expect(config({ hedge: { after: 20, maxExtra: undefined } }).hedge).toEqual({ after: 20, maxExtra: 0.05 })
    expect(config({ retryBudget: { reserve: 0 } }).retryBudget).toEqual({ ratio: 0.2, reserve: 0, window: 10_000 })
  })

  it('follow the options that they depend on', () => {
    expect(config({ baseEjectionTime: 400_000 }).maxEjectionTime).toBe(400_000)
  })

  it('make the algorithm adaptive where that is asked for, and none by name', () => {
    expect(config({}).loadBalancingAlgorithm).toBe('least-load')
    expect(config({ enableAdaptiveBalancing: true }).loadBalancingAlgorithm).toBe('adaptive')
    expect(config({ enableAdaptiveBalancing: true, loadBalancingAlgorithm: 'random' }).loadBalancingAlgorithm).toBe('random')
    expect(config({ loadBalancingAlgorithm: 'adaptive' }).loadBalancingAlgorithm).toBe('adaptive')
  })
})

describe('what is refused', () => {
  it.each<[string, object, string]>([
    ['a hedge without a budget', { hedge: { maxExtra: 0 } }, 'hedge.maxExtra must be above 0: a hedge without a budget would never be sent'],
    ['a hedge of more than all', { hedge: { maxExtra: 1.5 } }, 'hedge.maxExtra must be a number in 0 … 1, got 1.5'],
    ['a hedge that is a switch', { hedge: true }, 'hedge must be an object, got true'],
    ['a hedge after nearly nothing', { hedge: { after: 'p49' } }, `hedge.after must be a number in 1 … 2,147,483,647 ms, or 'p50' … 'p99', got "p49"`],
    [
      'a hedge after a quantile that is none',
      { hedge: { after: 'p9.5' } },
      `hedge.after must be a number in 1 … 2,147,483,647 ms, or 'p50' … 'p99', got "p9.5"`,
    ],
    [
      'a hedge after the end',
      { hedge: { after: 500 }, requestTimeout: 500 },
      'hedge.after must be below requestTimeout (500), got 500: an attempt that takes so long is given up by then, and a hedge never sent',
    ],
    ['a nested name that is close to one', { hedge: { maxExtras: 0.1 } }, 'hedge: unknown option "maxExtras", did you mean maxExtra?'],
    ['a nested name like no other', { retryBudget: { colour: 1 } }, 'retryBudget: unknown option "colour"'],
    ['a name that is close to one', { breakerTreshold: 3 }, 'unknown option "breakerTreshold", did you mean breakerThreshold?'],
    [
      'a queue without room',
      { enablePriorityQueues: true, maxQueueSize: 0 },
      'maxQueueSize must be at least 1 with enablePriorityQueues: in a queue of 0 nobody waits, whatever the priority',
    ],
    [
      'a bound of waiting where nobody waits',
      { queueTimeout: 100 },
      'queueTimeout must come with a queue: give enablePriorityQueues, maxConcurrentRequestsPerClient or maxConcurrentRequestsPerTool',
    ],
    [
      'room for those who wait where nobody waits',
      { maxQueueSize: 100 },
      'maxQueueSize must come with a queue: give enablePriorityQueues, maxConcurrentRequestsPerClient or maxConcurrentRequestsPerTool',
    ],
    ['a threshold of none', { breakerThreshold: 0 }, 'breakerThreshold must be a whole number in 1 … 1,000,000, got 0'],
    ['a rate in percent', { breakerFailureRate: 50 }, 'breakerFailureRate must be a number in 0.01 … 1, got 50'],
    ['a rate of nothing', { breakerFailureRate: 0 }, 'breakerFailureRate must be a number in 0.01 … 1, got 0'],
    ['half a trial', { breakerTrials: 0.5 }, 'breakerTrials must be a whole number in 1 … 1,000, got 0.5'],
    ['more than all', { maxEjectionPercent: 101 }, 'maxEjectionPercent must be a number in 0 … 100, got 101'],
    ['a panic at nothing', { panicThreshold: 0 }, 'panicThreshold must be a number in 1 … 100, got 0'],
    [
      'ejections that end before they begin',
      { baseEjectionTime: 1_000, maxEjectionTime: 999 },
      'maxEjectionTime must be at least baseEjectionTime (1000), got 999',
    ],
    [
      'retries without a budget',
      { retryBudget: { ratio: 0, reserve: 0 } },
      'retryBudget must leave something: with a ratio and a reserve of 0 nothing is ever repeated; to turn retries off, set retryAttempts to 0',
    ],
    ['a window too short to hold anything', { retryBudget: { window: 10 } }, 'retryBudget.window must be a number in 1,000 … 60,000 ms, got 10'],
    ['no places', { maxConcurrentRequestsPerClient: 0 }, "maxConcurrentRequestsPerClient must be a whole number in 1 … 1,000,000, or 'adaptive', got 0"],
    [
      'places by another method',
      { maxConcurrentRequestsPerClient: 'auto' },
      `maxConcurrentRequestsPerClient must be a whole number in 1 … 1,000,000, or 'adaptive', got "auto"`,
    ],
    ['one number for all tools', { maxConcurrentRequestsPerTool: 3 }, 'maxConcurrentRequestsPerTool must be an object with a number for each tool, got 3'],
    ['a list of tools', { maxConcurrentRequestsPerTool: ['a'] }, 'maxConcurrentRequestsPerTool must be an object with a number for each tool, got an array'],
    [
      'no places for a tool',
      { maxConcurrentRequestsPerTool: { 'big report': 0 } },
      'maxConcurrentRequestsPerTool["big report"] must be a whole number in 1 … 1,000,000, got 0',
    ],
    [
      'a tool without a name',
      { maxConcurrentRequestsPerTool: { '': 1 } },
      'maxConcurrentRequestsPerTool must name its tools: one of the names is an empty string',
    ],
    ['learning more than all', { learningRate: 1.1 }, 'learningRate must be a number in 0 … 1, got 1.1'],
    ['a switch that is a word', { enableAdaptiveBalancing: 'yes' }, 'enableAdaptiveBalancing must be true or false, got "yes"'],
  ])('%s', (_, options, message) => {
    expect(problem(options)).toBe(message)
  })
})

describe('what is taken', () => {
  it.each<[string, Partial<PoolOptions>]>([
    ['a queue that is turned off by name, its bounds left in place', { enablePriorityQueues: false, queueTimeout: 5, maxQueueSize: 5 }],
    ['ejection that is turned off, its times left in place', { maxEjectionPercent: 0, baseEjectionTime: 5, panicThreshold: 80 }],
    ['a limit at which nobody waits', { maxConcurrentRequestsPerClient: 4, maxQueueSize: 0 }],
    ['the bound of a queue before a tool', { maxConcurrentRequestsPerTool: { report: 1 }, queueTimeout: 10 }],
    ['an adaptive limit', { maxConcurrentRequestsPerClient: 'adaptive' }],
    ['no budget where nothing is repeated', { retryAttempts: 0, retryBudget: { ratio: 0, reserve: 0 } }],
    ['a late hedge of attempts that progress keeps alive', { requestTimeout: 50, resetTimeoutOnProgress: true, hedge: { after: 60 } }],
  ])('%s', (_, options) => {
    expect(config(options)).toMatchObject(options)
  })

  it('a tool named like something that every object has', () => {
    const { maxConcurrentRequestsPerTool } = config({
      maxConcurrentRequestsPerTool: JSON.parse('{ "__proto__": 3, "constructor": 2 }') as Record<string, number>,
    })
    expect(Object.entries(maxConcurrentRequestsPerTool)).toEqual([
      ['__proto__', 3],
      ['constructor', 2],
    ])
    // A tool that has no limit must not find one in what all objects inherit.
    expect(Reflect.get(maxConcurrentRequestsPerTool, 'toString')).toBeUndefined()
  })
})

it('nothing of it changes with the options that it came from', () => {
  const options = { hedge: { after: 10 }, retryBudget: { ratio: 1 }, maxConcurrentRequestsPerTool: { a: 1 } }
  const resolved = config(options)
  options.hedge.after = 20
  options.retryBudget.ratio = 2
  options.maxConcurrentRequestsPerTool.a = 2
  expect(resolved).toMatchObject({ hedge: { after: 10 }, retryBudget: { ratio: 1 }, maxConcurrentRequestsPerTool: { a: 1 } })
  for (const nested of [resolved.hedge, resolved.retryBudget, resolved.maxConcurrentRequestsPerTool]) expect(Object.isFrozen(nested)).toBe(true)
})

it('a share is taken exactly where it is within its bounds', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: false }), (learningRate) => {
      const taken = learningRate >= 0 && learningRate <= 1
      if (taken) expect(config({ learningRate }).learningRate).toBe(learningRate)
      else expect(problem({ learningRate })).toMatch(/^learningRate must be/)
    }),
  )
})
