import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallKind, Outcome, Target } from '../ports.js'
import { BareAttempt, ScriptedTarget } from '../testing/scripted-target.js'
import { seededRandom } from '../testing/seeded-random.js'
import { VirtualTime } from '../testing/virtual-time.js'
import { type EjectionOptions, Ejections, type HealthChange } from './ejections.js'
import type { Seat } from './seat.js'

const WORK: CallKind = { method: 'tools/call', tool: 'work', key: 'tools/call:work' }
const OTHER: CallKind = { method: 'tools/call', tool: 'other', key: 'tools/call:other' }

const OPTIONS: EjectionOptions = {
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
}

/** Clients whose calls come to what the test says. */
class World {
  readonly time = new VirtualTime()
  readonly targets: readonly ScriptedTarget[]
  readonly changes: HealthChange[] = []
  readonly panics: Array<[panicking: boolean, ejected: number, clients: number]> = []
  readonly returned: Target[] = []
  /** Every list of usable clients that was told, by index. */
  readonly told: string[] = []
  readonly ejections: Ejections
  readonly #seats = new Map<Target, Seat>()

  constructor(count: number, options: Partial<EjectionOptions> = {}, seed = 1) {
    this.targets = Array.from({ length: count }, (_, i) => new ScriptedTarget(`${i}`))
    this.ejections = new Ejections({
      timers: this.time,
      random: seededRandom(seed),
      options: { ...OPTIONS, ...options },
      seatOf: (target) => this.#seats.get(target)!,
      onUsable: (targets) => this.told.push(targets.map(({ id }) => id).join('')),
      onChange: (change) => this.changes.push(change),
      onPanic: (...panic) => this.panics.push(panic),
      onReturned: (target) => this.returned.push(target),
    })
    for (const target of this.targets) this.#seats.set(target, this.ejections.newSeat())
    this.available(...this.targets.keys())
  }
  available(...clients: number[]): void {
    this.ejections.update(clients.map((i) => this.targets[i]!))
  }
  seat(client: number): Seat {
    return this.#seats.get(this.targets[client]!)!
  }
  start(client: number, kind = WORK): BareAttempt {
    const attempt = new BareAttempt(kind)
    this.targets[client]!.load.started(attempt, this.time.now())
    this.seat(client).started(attempt, this.time.now())
    return attempt
  }
  settle(client: number, attempt: BareAttempt, outcome: Outcome): void {
    this.seat(client).settled(attempt, outcome, this.time.now())
    this.targets[client]!.load.settled(attempt, outcome, this.time.now())
  }
  /** One call at each of these clients, all of them over after `latency`, and then half a second of rest. */
  round(outcomes: Readonly<Record<number, Outcome>>, { latency = 10, kind = WORK } = {}): void {
    const open = Object.keys(outcomes).map((client) => [Number(client), this.start(Number(client), kind)] as const)
    this.time.advance(latency)
    for (const [client, attempt] of open) this.settle(client, attempt, outcomes[client]!)
    this.time.advance(500)
  }
  rounds(count: number, outcomes: Readonly<Record<number, Outcome>>, what: { latency?: number; kind?: CallKind } = {}): void {
    for (let i = 0; i < count; i++) this.round(outcomes, what)
  }
  get usable(): string {
    return this.ejections.usable.map(({ id }) => id).join('')
  }
  get events(): string[] {
    return this.changes.map((change) => `${change.target.id} ${change.what}${change.what === 'ejected' ? ` ${change.reason}` : ''}`)
  }
  /** Client 0 fails until it is out, while the others do well. */
  eject(...others: number[]): void {
    this.rounds(20, Object.fromEntries(others.map((client) => [client, 'ok' as const])))
    for (let i = 0; i < 30 && this.seat(0).ejection.state === 'in'; i++)
      this.round({ 0: 'failed', ...Object.fromEntries(others.map((client) => [client, 'ok' as const])) })
    if (this.seat(0).ejection.state !== 'out') throw new Error('client 0 failed thirty times and is not out')
  }
}

describe('Ejections', () => {
  it('takes one of three out that fails, and says why and for how long', () => {
    const world = new World(3)
    world.eject(1, 2)
    expect([world.usable, world.told]).toEqual(['12', ['012', '12']])
    expect(world.events).toEqual(['0 ejected failing'])
    const [change] = world.changes
    expect(change?.what === 'ejected' && change.duration).toSatisfy((duration: number) => duration > 8_000 && duration <= 10_000)
    expect(world.seat(0).refuses(WORK, world.time.now())).toBe('ejected')
    expect(world.seat(1).refuses(WORK, world.time.now())).toBeUndefined()
  })

  it('tries one call at a time when its time is over, and has it back after three that succeed', () => {
    const world = new World(3)
    world.eject(1, 2)
    world.time.advance(10_000)
    expect([world.usable, world.seat(0).ejection.state]).toEqual(['012', 'trial'])
    for (let i = 0; i < 3; i++) {
      expect(world.returned).toEqual([])
      const trial = world.start(0)
      expect([world.usable, world.seat(0).refuses(WORK, world.time.now())]).toEqual(['12', 'ejected'])
      world.settle(0, trial, 'ok')
    }
    expect([world.usable, world.seat(0).ejection.state, world.returned]).toEqual(['012', 'in', [world.targets[0]]])
    expect(world.events).toEqual(['0 ejected failing', '0 returned'])
  })

  it('takes it out for longer when a trial call fails, and gives the place back to one that proves nothing', () => {
    const world = new World(3)
    world.eject(1, 2)
    world.time.advance(10_000)
    world.settle(0, world.start(0), 'ok')
    world.settle(0, world.start(0), 'ignored')
    expect([world.usable, world.seat(0).ejection.state]).toEqual(['012', 'trial'])
    world.settle(0, world.start(0), 'failed')
    expect([world.usable, world.seat(0).ejection.state]).toEqual(['12', 'out'])
    const last = world.changes.at(-1)
    expect(last?.what === 'ejected' && last.duration).toSatisfy((duration: number) => duration > 15_000 && duration <= 20_000)
  })

  it('ejects nobody where a tool fails everywhere, also when it is asked for at one client only', () => {
    const world = new World(3)
    world.rounds(50, { 0: 'ok', 1: 'ok', 2: 'ok' })
    world.rounds(100, { 0: 'failed', 1: 'failed', 2: 'failed' })
    world.rounds(100, { 0: 'failed' }, { kind: OTHER })
    expect(world.changes).toEqual([])
  })

  it('ejects nobody where all are slow at once, or all are silent', () => {
    const world = new World(4)
    world.rounds(50, { 0: 'ok', 1: 'ok', 2: 'ok', 3: 'ok' }, { latency: 20 })
    world.rounds(50, { 0: 'ok', 1: 'ok', 2: 'ok', 3: 'ok' }, { latency: 2_000 })
    for (let i = 0; i < 40; i++) world.start(i % 4)
    world.time.advance(600_000)
    expect(world.changes).toEqual([])
  })

  it('takes one out that is thirty times as slow as the others, and not one that is five times as slow', () => {
    const world = new World(3)
    const mixed = (slowdown: number, count: number): void => {
      for (let i = 0; i < count; i++) {
        const slow = world.start(0)
        for (const client of [1, 2]) {
          const attempt = world.start(client)
          world.time.advance(25)
          world.settle(client, attempt, 'ok')
        }
        world.time.advance(25 * slowdown)
        world.settle(0, slow, 'ok')
        world.time.advance(500)
      }
    }
    mixed(5, 200)
    expect(world.changes).toEqual([])
    mixed(30, 40)
    expect(world.events[0]).toBe('0 ejected slow')
    // It is no better.
    world.time.advance(world.seat(0).ejection.until! - world.time.now())
    const trial = world.start(0)
    world.time.advance(1_500)
    world.settle(0, trial, 'ok')
    expect([world.seat(0).ejection.state, world.events.at(-1)]).toEqual(['out', '0 ejected slow'])
  })

  it('takes a black hole out before anything times out, and has it back as soon as it answers', () => {
    const world = new World(3)
    world.rounds(100, { 0: 'ok', 1: 'ok', 2: 'ok' })
    const open = [world.start(0), world.start(0), world.start(0), world.start(0)]
    world.rounds(8, { 1: 'ok', 2: 'ok' })
    expect(world.events).toEqual(['0 ejected unresponsive'])
    world.settle(0, open[0]!, 'ok')
    expect([world.seat(0).ejection.state, world.usable]).toEqual(['trial', '012'])
  })

  it('does not take a server for dead that waits for its client', () => {
    const world = new World(3)
    world.rounds(100, { 0: 'ok', 1: 'ok', 2: 'ok' })
    const open = Array.from({ length: 8 }, () => world.start(0))
    for (const attempt of open) attempt.waiting = true
    world.rounds(100, { 1: 'ok', 2: 'ok' })
    expect(world.changes).toEqual([])
  })

  it.each([
    [0, ['0 ejected unresponsive']],
    [600_001, []],
  ])('adds failures to a silence that comes %i ms later: %j', (later, events) => {
    const world = new World(3)
    world.rounds(100, { 0: 'ok', 1: 'ok', 2: 'ok' })
    world.rounds(5, { 0: 'failed', 1: 'ok', 2: 'ok' })
    world.time.advance(later)
    world.start(0)
    world.rounds(20, { 1: 'ok', 2: 'ok' })
    expect(world.events).toEqual(events)
  })

  it.each([
    [0, ['0 ejected failing']],
    [600_001, []],
  ])('adds failures to those that come %i ms later: %j', (later, events) => {
    const world = new World(3)
    world.rounds(100, { 0: 'ok', 1: 'ok', 2: 'ok' })
    world.rounds(5, { 0: 'failed', 1: 'ok', 2: 'ok' })
    world.time.advance(later)
    world.rounds(3, { 0: 'failed', 1: 'ok', 2: 'ok' })
    expect(world.events).toEqual(events)
  })

  it('takes a trial call that hangs for a failed one', () => {
    const world = new World(3)
    world.rounds(150, { 0: 'ok', 1: 'ok', 2: 'ok' })
    world.eject(1, 2)
    world.time.advance(10_000)
    const hung = world.start(0)
    world.rounds(10, { 1: 'ok', 2: 'ok' })
    expect(world.events).toEqual(['0 ejected failing', '0 ejected unresponsive'])
    world.settle(0, hung, 'failed')
    expect(world.changes).toHaveLength(2)
  })

  it('never ejects the only one, nor anybody where nobody may be', () => {
    const alone = new World(1)
    alone.rounds(100, { 0: 'failed' })
    const off = new World(3, { maxEjectionPercent: 0 })
    off.rounds(100, { 0: 'failed', 1: 'ok', 2: 'ok' })
    expect([alone.changes, off.changes]).toEqual([[], []])
  })

  it('ends an ejection when the client leaves, and remembers how often it was out', () => {
    const world = new World(3)
    world.eject(1, 2)
    world.available(1, 2)
    world.available(0, 1, 2)
    expect([world.usable, world.seat(0).ejection.state, world.returned]).toEqual(['012', 'in', []])
    world.eject(1, 2)
    const last = world.changes.at(-1)
    expect(last?.what === 'ejected' && last.duration).toBeGreaterThan(10_000)
  })

  it('uses the ejected in a panic, and never those whose breakers are open', () => {
    const world = new World(3, { maxEjectionPercent: 100, breakerThreshold: 1_000_000, breakerFailureRate: 2 })
    world.eject(1, 2)
    world.rounds(30, { 1: 'failed', 2: 'ok' })
    expect(world.seat(1).ejection.state).not.toBe('in')
    expect([world.ejections.panicking, world.usable]).toEqual([true, '012'])
    expect(world.panics).toEqual([[true, 2, 3]])
    world.seat(1).breaker!.force('open')
    expect([world.usable, world.seat(1).refuses(WORK, world.time.now()), world.seat(0).refuses(WORK, world.time.now())]).toEqual(['02', 'open', undefined])
  })

  it('tells of a panic when it begins and when it is over, after the client who was one too many', () => {
    const world = new World(3, { maxEjectionPercent: 100 })
    world.eject(1, 2)
    world.rounds(30, { 1: 'failed', 2: 'ok' })
    expect(world.panics).toEqual([[true, 2, 3]])
    world.available(0, 2)
    expect(world.panics.slice(1)).toEqual([[false, 1, 2]])
  })

  it('gives the place of a trial call that hangs to another in time, and its success counts all the same', () => {
    const world = new World(2, { breakerThreshold: 3, breakerTrials: 1, maxEjectionPercent: 0 })
    world.seat(0).breaker!.force('half-open')
    const hanging = world.start(0)
    expect(world.usable).toBe('1')
    world.time.advance(29_000)
    expect(world.usable).toBe('1')
    world.time.advance(1_000)
    expect(world.usable).toBe('01')
    world.start(0)
    expect(world.usable).toBe('1')
    world.settle(0, hanging, 'ok')
    expect([world.usable, world.seat(0).breaker!.state]).toEqual(['01', 'closed'])
  })

  it('opens a breaker for its time, tries, and closes it, telling all of it', () => {
    const world = new World(2, { breakerThreshold: 3, maxEjectionPercent: 0 })
    world.rounds(3, { 0: 'failed' })
    expect([world.usable, world.seat(0).refuses(WORK, world.time.now())]).toEqual(['1', 'open'])
    world.time.advance(30_000)
    const trials = [world.start(0), world.start(0), world.start(0)]
    expect(world.usable).toBe('1')
    for (const trial of trials) world.settle(0, trial, 'ok')
    expect([world.usable, world.events]).toEqual(['01', ['0 opened', '0 half-open', '0 closed']])
  })

  it('leaves no alarm behind, and tells nobody anything', () => {
    const world = new World(3, { breakerThreshold: 3 })
    world.rounds(20, { 0: 'ok', 1: 'ok', 2: 'ok' })
    for (let i = 0; i < 10; i++) world.start(1)
    world.seat(2).breaker!.force('open')
    expect(world.time.pending).toBeGreaterThan(1)
    const told = world.told.length
    world.ejections.stop()
    world.rounds(50, { 0: 'failed', 1: 'ok', 2: 'ok' })
    world.available(0)
    expect([world.time.pending, world.told.length]).toEqual([0, told])
  })

  it('keeps to its bounds, whatever happens', () => {
    const client = fc.nat(4)
    const outcome = fc.constantFrom<Outcome>('ok', 'failed', 'failed', 'ignored')
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('streak' as const), client, outcome, count: fc.integer({ min: 1, max: 25 }), latency: fc.constantFrom(5, 400) }),
      },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('start' as const), client }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(), outcome }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(100, 3_000, 20_000, 700_000) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('available' as const), clients: fc.uniqueArray(client, { maxLength: 5 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('force' as const), client, to: fc.constantFrom('open' as const, 'half-open' as const, 'closed' as const) }),
      },
    )
    const options = fc.record({
      maxEjectionPercent: fc.constantFrom(0, 20, 50, 80, 100),
      panicThreshold: fc.constantFrom(0, 50, 100),
      breakerThreshold: fc.constantFrom(undefined, 4, 1_000_000),
      breakerTrials: fc.constantFrom(1, 2),
    })
    let ejected = 0
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 60 }), fc.nat(), (chosen, steps, seed) => {
        const world = new World(5, chosen, seed)
        let available = [0, 1, 2, 3, 4]
        const open: Array<readonly [number, BareAttempt]> = []
        for (const what of steps) {
          if (what.do === 'streak') {
            for (let i = 0; i < what.count; i++) {
              const others = available.filter((each) => each !== what.client && world.seat(each).refuses(WORK, world.time.now()) === undefined)
              if (world.seat(what.client).refuses(WORK, world.time.now()) === undefined) others.push(what.client)
              world.round(Object.fromEntries(others.map((each) => [each, each === what.client ? what.outcome : 'ok'])), { latency: what.latency })
              check(world, available, chosen)
            }
          } else if (what.do === 'start') open.push([what.client, world.start(what.client)])
          else if (what.do === 'settle' && open.length > 0) {
            const [[at, attempt]] = open.splice(what.which % open.length, 1) as [readonly [number, BareAttempt]]
            world.settle(at, attempt, what.outcome)
          } else if (what.do === 'wait') world.time.advance(what.time)
          else if (what.do === 'available') world.available(...(available = what.clients))
          else if (what.do === 'force') world.seat(what.client).breaker?.force(what.to)
          check(world, available, chosen)
        }
        ejected += world.changes.filter((change) => change.what === 'ejected').length
        world.ejections.stop()
        expect(world.time.pending).toBe(0)
      }),
      { numRuns: 300, seed: 7 },
    )
    // Or nothing of this was about ejections.
    expect(ejected).toBeGreaterThan(50)
  })
})

/** What holds at any moment, by its definition. */
function check(world: World, available: readonly number[], options: { maxEjectionPercent: number; panicThreshold: number; breakerTrials: number }): void {
  const n = available.length
  const outside = available.filter((client) => world.seat(client).ejection.state !== 'in')
  const limit = n <= 1 || options.maxEjectionPercent === 0 ? 0 : Math.max(1, Math.floor((n * options.maxEjectionPercent) / 100))
  expect(outside.length).toBeLessThanOrEqual(limit)
  const panic = outside.length * 100 > options.panicThreshold * n
  expect(world.ejections.panicking).toBe(panic)
  const usable = available.filter((client) => {
    const { breaker, ejection } = world.seat(client)
    if (breaker !== undefined && !breaker.hasPlace) return false
    return panic || ejection.state === 'in' || (ejection.state === 'trial' && ejection.trial === undefined)
  })
  expect(world.usable).toBe(usable.join(''))
  expect(world.told.at(-1) ?? '').toBe(usable.join(''))
  for (const client of [0, 1, 2, 3, 4]) {
    const seat = world.seat(client)
    if (!available.includes(client)) expect(seat.ejection.state).toBe('in')
    // What was set to end at some time is never put off.
    const due = Math.min(seat.breaker?.changesAt ?? Number.POSITIVE_INFINITY, seat.ejection.until ?? Number.POSITIVE_INFINITY)
    if (due !== Number.POSITIVE_INFINITY && available.includes(client)) expect([seat.due, due > world.time.now()]).toEqual([expect.closeTo(due, 6), true])
  }
}
