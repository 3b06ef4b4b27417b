import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../ports.js'
import { BareAttempt } from '../testing/scripted-target.js'
import { type BreakerStatus, CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js'

const KIND = { method: 'tools/call', tool: 'work', key: 'tools/call:work' }
const OPTIONS: CircuitBreakerOptions = {
  breakerThreshold: 5,
  breakerTimeout: 60_000,
  breakerResetTimeout: 30_000,
  breakerFailureRate: 0.5,
  breakerMinimumVolume: 10,
  breakerTrials: 3,
}

/** A breaker on a clock that is moved by hand. */
class World {
  now = 1_000
  readonly transitions: BreakerStatus[] = []
  readonly breaker: CircuitBreaker

  constructor(options: Partial<CircuitBreakerOptions> = {}) {
    this.breaker = new CircuitBreaker({ now: () => this.now }, { ...OPTIONS, ...options }, (to) => this.transitions.push(to))
  }
  start(): BareAttempt {
    const attempt = new BareAttempt(KIND)
    attempt.startedAt = this.now
    this.breaker.started(attempt, this.now)
    return attempt
  }
  settle(attempt: BareAttempt, outcome: Outcome): void {
    this.breaker.settled(attempt, outcome, this.now)
  }
  call(...outcomes: Outcome[]): void {
    for (const outcome of outcomes) this.settle(this.start(), outcome)
  }
  admits(): boolean {
    return this.breaker.admits(this.now)
  }
}

const times = (count: number, outcome: Outcome): Outcome[] => Array<Outcome>(count).fill(outcome)

describe('CircuitBreaker', () => {
  it('opens with the fifth failure in a row, and fails at once from then on', () => {
    const world = new World()
    world.call(...times(4, 'failed'))
    expect([world.breaker.state, world.breaker.failures, world.admits()]).toEqual(['closed', 4, true])
    world.call('failed')
    expect([world.breaker.state, world.breaker.failures, world.admits(), world.breaker.openedAt]).toEqual(['open', 5, false, 1_000])
    expect(world.transitions).toEqual(['open'])
  })

  it('opens on half of ten calls, none of which failed five times in a row', () => {
    const world = new World()
    world.call('failed', 'ok', 'failed', 'ok', 'failed', 'ok', 'failed', 'ok', 'ok')
    expect(world.breaker.state).toBe('closed')
    world.call('failed')
    expect(world.breaker.state).toBe('open')
  })

  it('neither closes nor opens for what is ignored', () => {
    const world = new World()
    world.call(...times(4, 'failed'), ...times(100, 'ignored'), 'failed')
    expect(world.breaker.state).toBe('open')
    world.now += 30_000
    world.call(...times(100, 'ignored'))
    expect(world.breaker.state).toBe('half-open')
  })

  it('lets as many trial calls through as have to succeed, and closes when all have', () => {
    const world = new World()
    world.call(...times(5, 'failed'))
    world.now += 29_999
    expect(world.admits()).toBe(false)
    world.now += 1
    const trials = [world.start(), world.start(), world.start()]
    expect([world.breaker.state, world.admits()]).toEqual(['half-open', false])
    for (const trial of trials) world.settle(trial, 'ok')
    expect([world.breaker.state, world.breaker.failures]).toEqual(['closed', 0])
    expect(world.transitions).toEqual(['open', 'half-open', 'closed'])
  })

  it('gives the place of a trial call back that proved nothing', () => {
    const world = new World({ breakerTrials: 1 })
    world.breaker.force('half-open')
    const trial = world.start()
    expect(world.admits()).toBe(false)
    world.settle(trial, 'ignored')
    expect([world.breaker.state, world.admits()]).toEqual(['half-open', true])
  })

  it('opens again, for the whole time, when one trial fails', () => {
    const world = new World()
    world.breaker.force('half-open')
    const [good, bad] = [world.start(), world.start()]
    world.settle(good, 'ok')
    world.now += 5_000
    world.settle(bad, 'failed')
    expect([world.breaker.state, world.breaker.changesAt]).toEqual(['open', world.now + 30_000])
  })

  it('hears nothing in calls that started before it opened, or before it closed again', () => {
    const world = new World({ breakerTrials: 1 })
    const old = Array.from({ length: 20 }, () => world.start())
    world.now += 1
    world.breaker.force('half-open')
    for (const attempt of old.slice(0, 10)) world.settle(attempt, 'failed')
    expect(world.breaker.state).toBe('half-open')
    world.call('ok')
    expect(world.breaker.state).toBe('closed')
    for (const attempt of old.slice(10)) world.settle(attempt, 'failed')
    expect([world.breaker.state, world.breaker.failures]).toEqual(['closed', 0])
  })

  it('takes failures that belong to no attempt, and what it is told to be', () => {
    const world = new World()
    for (let i = 0; i < 5; i++) world.breaker.recordFailure()
    expect(world.breaker.state).toBe('open')
    world.breaker.force('half-open')
    world.breaker.recordFailure()
    expect(world.breaker.state).toBe('open')
    world.breaker.reset()
    expect([world.breaker.state, world.breaker.failures, world.breaker.openedAt]).toEqual(['closed', 0, undefined])
    expect(world.transitions).toEqual(['open', 'half-open', 'open', 'closed'])
  })

  it('has no failures left after idling longer than the window, and stays closed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Outcome>('ok', 'failed'), { maxLength: 30 }), fc.integer({ min: 66_001, max: 1e9 }), (outcomes, idle) => {
        const world = new World()
        for (const outcome of outcomes) {
          world.now += 100
          if (world.breaker.state === 'closed') world.call(outcome)
        }
        fc.pre(world.breaker.state === 'closed')
        world.now += idle
        expect([world.breaker.state, world.breaker.failures]).toEqual(['closed', 0])
        // As new: it takes all five.
        world.call(...times(4, 'failed'))
        expect(world.breaker.state).toBe('closed')
        world.call('failed')
        expect(world.breaker.state).toBe('open')
      }),
    )
  })

  it('agrees with a breaker that remembers every call, whatever happens to it', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant({ do: 'start' as const }) },
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(), outcome: fc.constantFrom<Outcome>('ok', 'failed', 'failed', 'ignored') }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.integer({ min: 1, max: 40 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('force' as const), to: fc.constantFrom<BreakerStatus>('open', 'closed', 'half-open') }) },
      { weight: 1, arbitrary: fc.constant({ do: 'failure' as const }) },
    )
    const limits = fc.record({
      breakerThreshold: fc.integer({ min: 1, max: 4 }),
      breakerMinimumVolume: fc.integer({ min: 1, max: 8 }),
      breakerFailureRate: fc.constantFrom(0.25, 0.5, 1),
      breakerTrials: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 120 }), (chosen, steps) => {
        const options = { ...OPTIONS, ...chosen, breakerTimeout: 100, breakerResetTimeout: 50 }
        const world = new World(options)
        const model = new Model(options, world.now)
        const open: BareAttempt[] = []
        for (const what of steps) {
          if (what.do === 'wait') world.now += what.time
          model.now = world.now
          if (what.do === 'start') {
            expect(world.admits()).toBe(model.admits())
            const attempt = world.start()
            model.start(attempt)
            open.push(attempt)
          } else if (what.do === 'settle' && open.length > 0) {
            const [attempt] = open.splice(what.which % open.length, 1)
            world.settle(attempt!, what.outcome)
            model.settle(attempt!, what.outcome)
          } else if (what.do === 'force') {
            world.breaker.force(what.to)
            if (model.state !== what.to) model.become(what.to)
          } else if (what.do === 'failure') {
            world.breaker.recordFailure()
            model.failure()
          }
          expect(world.breaker.state).toBe(model.state)
          if (model.state === 'closed') expect(world.breaker.failures).toBe(model.inARow())
          expect(model.places).toBeLessThanOrEqual(chosen.breakerTrials)
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** The same by brute force: every outcome kept, whole tenths of the window compared. */
class Model {
  now: number
  state: BreakerStatus = 'closed'
  readonly trials = new Set<BareAttempt>()
  readonly #options: CircuitBreakerOptions
  #since: number
  #passed = 0
  #outcomes: Array<{ readonly failed: boolean; readonly at: number }> = []

  constructor(options: CircuitBreakerOptions, now: number) {
    this.#options = options
    this.now = now
    this.#since = now
  }
  become(to: BreakerStatus): void {
    this.state = to
    this.#since = this.now
    this.#passed = 0
    this.trials.clear()
    if (to === 'closed') this.#outcomes = []
  }
  admits(): boolean {
    if (this.state === 'open' && this.now >= this.#since + this.#options.breakerResetTimeout) this.become('half-open')
    return this.state === 'closed' || (this.state === 'half-open' && this.places + this.#passed < this.#options.breakerTrials)
  }
  /** Of trials that did not take too long by now. */
  get places(): number {
    return [...this.trials].filter(({ startedAt }) => this.now < startedAt + this.#options.breakerResetTimeout).length
  }
  start(attempt: BareAttempt): void {
    if (this.admits() && this.state === 'half-open') this.trials.add(attempt)
  }
  settle(attempt: BareAttempt, outcome: Outcome): void {
    if (this.state === 'closed' && outcome !== 'ignored' && attempt.startedAt >= this.#since) this.#count(outcome === 'failed')
    else if (this.trials.delete(attempt)) {
      if (outcome === 'failed') this.become('open')
      else if (outcome === 'ok' && ++this.#passed === this.#options.breakerTrials) this.become('closed')
    }
  }
  failure(): void {
    if (this.state === 'closed') this.#count(true)
    else if (this.state === 'half-open') this.become('open')
  }
  inARow(): number {
    const recent = this.#recent()
    return recent.length - 1 - recent.findLastIndex(({ failed }) => !failed)
  }
  #count(failed: boolean): void {
    this.#outcomes.push({ failed, at: this.now })
    const recent = this.#recent()
    const failures = recent.filter((outcome) => outcome.failed).length
    const rate = recent.length >= this.#options.breakerMinimumVolume && failures >= this.#options.breakerFailureRate * recent.length
    if (failed && (rate || this.inARow() >= this.#options.breakerThreshold)) this.become('open')
  }
  #recent(): Array<{ readonly failed: boolean; readonly at: number }> {
    const slice = this.#options.breakerTimeout / 10
    const oldest = Math.floor(this.now / slice) - 10
    return this.#outcomes.filter(({ at }) => Math.floor(at / slice) >= oldest)
  }
}
