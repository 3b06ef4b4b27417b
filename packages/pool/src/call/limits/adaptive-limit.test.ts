import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CallKinds } from '../../balance/call-kinds.js'
import { Alarm, type Milliseconds, type Outcome, type Random } from '../../ports.js'
import { BareAttempt } from '../../testing/scripted-target.js'
import { seededRandom } from '../../testing/seeded-random.js'
import { VirtualTime } from '../../testing/virtual-time.js'
import { AdaptiveLimit } from './adaptive-limit.js'

const kinds = new CallKinds()
const kindOf = (tool: string) => kinds.kindOf('tools/call', tool)

/** What a request is, and how long the replica works on it. */
interface Work {
  readonly tool: string
  readonly time: Milliseconds
}
type Mixture = (random: Random) => Work

const exponential = (mean: Milliseconds, random: Random): number => -mean * Math.log(1 - random())
/** Mean 100 ms. */
const light: Mixture = (random) => ({ tool: 'light', time: exponential(100, random) })
/** Median 300 ms, sigma 1.5, 10 ms … 120 s: mean 923 ms. */
const heavy: Mixture = (random) => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return { tool: 'heavy', time: Math.min(120_000, Math.max(10, 300 * Math.exp(1.5 * normal))) }
}
/** Of a hundred requests 99 take 10 ms and one takes 60 s: mean 610 ms. */
const mixed: Mixture = (random) => (random() < 0.99 ? { tool: 'quick', time: 10 } : { tool: 'slow', time: 60_000 })
const HEAVY_MEAN = 923
const MIXED_MEAN = 610

interface Scenario {
  readonly seed: number
  readonly work: Mixture
  /** Mean of what the replica works on a request. */
  readonly mean: Milliseconds
  readonly slots: number
  /** Offered work, in parts of what the slots can do. */
  readonly load: number
  /** Refuses at once what finds all slots taken, instead of queueing it. */
  readonly refuses?: boolean
  /** Share of requests that fail for no reason. */
  readonly fails?: number
}

class Job extends BareAttempt {
  readonly time: Milliseconds
  readonly #end: (job: Job) => void
  constructor({ tool, time }: Work, end: (job: Job) => void) {
    super(kindOf(tool))
    this.time = time
    this.#end = end
  }
  override fire(): void {
    this.#end(this)
  }
}

/** Requests that come at random. */
class Arrivals extends Alarm {
  readonly #arrive: () => void
  constructor(arrive: () => void) {
    super()
    this.#arrive = arrive
  }
  override fire(): void {
    this.#arrive()
  }
}

/**
 * A replica with so many slots and a queue in order of coming, an adaptive limit in front, and open-loop Poisson arrivals that
 * wait in front of that. `slots`, `speed`, `load` and `work` may be changed while it runs.
 */
class Replica {
  readonly limit: AdaptiveLimit
  slots: number
  speed = 1
  load: number
  work: Mixture
  readonly #scenario: Scenario
  readonly #random: Random
  readonly #time = new VirtualTime()
  #waiting = 0
  readonly #queue: Job[] = []
  readonly #working = new Set<Job>()
  #worked = 0
  #started = 0
  #refused = 0
  #arrived = 0

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.slots = scenario.slots
    this.load = scenario.load
    this.work = scenario.work
    this.#random = seededRandom(scenario.seed)
    this.limit = new AdaptiveLimit(seededRandom(scenario.seed + 1_000))
    const arrivals: Arrivals = new Arrivals(() => {
      this.#arrived++
      // Whoever comes to an endless queue goes elsewhere.
      this.#waiting = Math.min(this.#waiting + 1, 10_000)
      this.#admit()
      next()
    })
    const next = (): void => this.#time.set(arrivals, exponential(scenario.mean / (scenario.slots * this.load), this.#random))
    next()
  }

  /** Means over that time: the limit, the share of the slots' time that went into work, and the share of attempts that was refused. */
  run(duration: Milliseconds) {
    const step = duration / 1_000
    let limits = 0
    this.#worked = this.#started = this.#refused = this.#arrived = 0
    for (let i = 0; i < 1_000; i++) {
      this.#time.advance(step)
      limits += this.limit.limit
    }
    return {
      limit: limits / 1_000,
      goodput: this.#worked / (duration * this.slots * this.speed),
      refused: this.#refused / this.#started,
      waiting: this.#waiting,
      served: this.#started / this.#arrived,
    }
  }

  #admit(): void {
    while (this.#waiting > 0 && this.limit.admits()) {
      this.#waiting--
      this.#started++
      const job = new Job(this.work(this.#random), (ended) => this.#end(ended))
      const now = this.#time.now()
      job.startedAt = now
      this.limit.started(job, now)
      if (this.#scenario.refuses === true && this.#working.size >= this.slots) {
        this.#refused++
        this.#time.set(job, 1)
      } else {
        this.#queue.push(job)
        this.#serve()
      }
    }
  }

  #serve(): void {
    while (this.#working.size < this.slots && this.#queue.length > 0) {
      const job = this.#queue.shift()!
      this.#working.add(job)
      this.#time.set(job, job.time / this.speed)
    }
  }
  #end(job: Job): void {
    const worked = this.#working.delete(job)
    if (worked) this.#worked += job.time
    // It is asked again.
    else this.#waiting++
    const failed = !worked || this.#random() < (this.#scenario.fails ?? 0)
    this.limit.settled(job, failed ? 'failed' : 'ok', this.#time.now())
    this.#serve()
    this.#admit()
  }
}

describe('a replica that gets half as much again as it can do', () => {
  it.each([
    [4, 'light', light, 100],
    [16, 'light', light, 100],
    [64, 'light', light, 100],
    [4, 'heavy', heavy, HEAVY_MEAN],
    [16, 'heavy', heavy, HEAVY_MEAN],
    [64, 'heavy', heavy, HEAVY_MEAN],
  ] as const)('with %d slots and %s requests is found to have about as many, and is kept busy', (slots, _, work, mean) => {
    const seeds = [1, 2, 3].map((seed) => {
      const replica = new Replica({ seed, work, mean, slots, load: 1.5 })
      replica.run(200 * mean)
      return replica.run(800 * mean)
    })
    for (const { limit, goodput } of seeds) {
      expect(limit).toBeGreaterThan(0.95 * slots)
      expect(limit).toBeLessThan(slots + 2.5 * Math.sqrt(slots))
      expect(goodput).toBeGreaterThan(0.93)
    }
    expect(seeds.reduce((sum, { goodput }) => sum + goodput / 3, 0)).toBeGreaterThan(0.95)
  })

  it('is found out within a minute, from the first request on', () => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: heavy, mean: HEAVY_MEAN, slots: 64, load: 1.5 })
      expect(replica.run(60_000).goodput).toBeGreaterThan(0.7)
      expect(replica.run(60_000).goodput).toBeGreaterThan(0.93)
    }
  })

  it('that has slots for 10 ms and for 60 s is not taken for slow', () => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: mixed, mean: MIXED_MEAN, slots: 16, load: 1.5 })
      replica.run(600_000)
      const { limit, goodput } = replica.run(3_000_000)
      expect(limit).toBeGreaterThan(13)
      expect(limit).toBeLessThan(24)
      expect(goodput).toBeGreaterThan(0.88)
    }
  })

  it('with other requests than before is not taken for slow', () => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: light, mean: 100, slots: 16, load: 0.7 })
      replica.run(60_000)
      // Ten times as long, and half as much again as it can do.
      replica.work = (random) => ({ tool: 'long', time: exponential(1_000, random) })
      replica.load = 0.15
      expect(replica.run(60_000).goodput).toBeGreaterThan(0.87)
      const { limit, goodput } = replica.run(300_000)
      expect(limit).toBeGreaterThan(15)
      expect(limit).toBeLessThan(26)
      expect(goodput).toBeGreaterThan(0.93)
    }
  })

  it('that loses slots gets less, and as much as ever when they return', () => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: heavy, mean: HEAVY_MEAN, slots: 16, load: 1.5 })
      replica.run(600_000)
      replica.slots = 4
      replica.run(200_000)
      expect(replica.run(400_000).limit).toBeLessThan(10)
      replica.slots = 16
      replica.run(60_000)
      expect(replica.run(400_000).goodput).toBeGreaterThan(0.93)
    }
  })

  it('that works at a third of its speed goes on with all of its slots', () => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: heavy, mean: HEAVY_MEAN, slots: 16, load: 1.5 })
      replica.run(600_000)
      replica.speed = 1 / 3
      replica.run(400_000)
      expect(replica.run(600_000).goodput).toBeGreaterThan(0.85)
    }
  })

  it('that refuses what it has no slot for is asked for little more than it has', () => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: light, mean: 100, slots: 16, load: 1.5, refuses: true })
      replica.run(20_000)
      const { goodput, refused } = replica.run(100_000)
      expect(goodput).toBeGreaterThan(0.8)
      // A refusal takes 1 ms, and makes room for the next: with one place too many, nearly all attempts are refused.
      expect(refused).toBeLessThan(0.6)
    }
  })

  it('and fails for no reason now and then, gets no less for it', () => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: light, mean: 100, slots: 16, load: 1.5, fails: 0.1 })
      replica.run(20_000)
      expect(replica.run(100_000).goodput).toBeGreaterThan(0.95)
    }
  })
})

describe('a replica that gets what it can do', () => {
  it.each([0.2, 0.5, 0.7])('is not throttled at %d of that', (load) => {
    for (const seed of [1, 2, 3]) {
      const replica = new Replica({ seed, work: heavy, mean: HEAVY_MEAN, slots: 16, load })
      replica.run(100_000)
      const { served, waiting } = replica.run(1_000_000)
      expect(served).toBeGreaterThan(0.98)
      expect(waiting).toBeLessThan(30)
    }
  })
})

it('allows only what there are places for, keeps some, and has all of them back at rest, whatever happens', () => {
  const step = fc.record({
    starts: fc.boolean(),
    which: fc.nat(1_000),
    tool: fc.constantFrom('a', 'b', 'c'),
    wait: fc.oneof(fc.nat(10), fc.nat(100_000)),
    outcome: fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'failed', 'ignored'),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 400, size: 'max' }), fc.nat(), (steps, seed) => {
      const limit = new AdaptiveLimit(seededRandom(seed))
      const open: BareAttempt[] = []
      let now = 0
      for (const { starts, which, tool, wait, outcome } of steps) {
        now += wait
        expect(limit.admits()).toBe(open.length < limit.places)
        expect(limit.full).toBe(open.length >= limit.places)
        if (limit.admits() && (starts || open.length === 0)) {
          const attempt = new BareAttempt(kindOf(tool))
          attempt.startedAt = now
          limit.started(attempt, now)
          open.push(attempt)
        } else limit.settled(open.splice(which % open.length, 1)[0]!, outcome, now)
        expect(limit.taken).toBe(open.length)
        expect(limit.places).toBeGreaterThanOrEqual(1)
        expect(limit.limit).toBeGreaterThanOrEqual(2)
        expect(limit.limit).toBeLessThan(Number.POSITIVE_INFINITY)
      }
      for (const attempt of open) limit.settled(attempt, 'ok', now)
      expect(limit.taken).toBe(0)
    }),
    { numRuns: 40 },
  )
})
