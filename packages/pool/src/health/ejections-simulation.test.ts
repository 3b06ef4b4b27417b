import { describe, expect, it } from 'vitest'
import { Alarm, type CallKind, type Outcome, type Random, type Target } from '../ports.js'
import { BareAttempt, ScriptedTarget } from '../testing/scripted-target.js'
import { seededRandom } from '../testing/seeded-random.js'
import { VirtualTime } from '../testing/virtual-time.js'
import { Ejections } from './ejections.js'
import type { Seat } from './seat.js'

const KIND: CallKind = { method: 'tools/call', tool: 'work', key: 'tools/call:work' }
const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface Service {
  readonly outcome: Outcome
  /** Infinity: never. */
  readonly after: number
}

interface Fleet {
  readonly clients: number
  readonly callsPerMinute: number
  readonly duration: number
  readonly seed: number
  readonly serve: (client: number, random: Random, now: number) => Service
}

class At extends Alarm {
  readonly #act: () => void
  constructor(act: () => void) {
    super()
    this.#act = act
  }
  override fire(): void {
    this.#act()
  }
}

/** Calls that come at random and go round; after 30 s they time out. Returns who was ejected, and when. */
function simulate({ clients, callsPerMinute, duration, seed, serve }: Fleet): Array<{ readonly client: number; readonly at: number; readonly reason: string }> {
  const [arrivals, chance, service] = [seededRandom(seed), seededRandom(seed + 1_000), seededRandom(seed + 2_000)]
  const time = new VirtualTime()
  const targets = Array.from({ length: clients }, (_, i) => new ScriptedTarget(`${i}`))
  const seats = new Map<Target, Seat>()
  const ejected: Array<{ client: number; at: number; reason: string }> = []
  let usable: readonly Target[] = []
  const ejections = new Ejections({
    timers: time,
    random: chance,
    options: {
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
    },
    seatOf: (target) => seats.get(target)!,
    onUsable: (told) => (usable = told),
    onChange: (change) => {
      if (change.what === 'ejected') ejected.push({ client: Number(change.target.id), at: time.now(), reason: change.reason })
    },
    onPanic: () => {},
    onReturned: () => {},
  })
  for (const target of targets) seats.set(target, ejections.newSeat())
  ejections.update(targets)
  let turn = 0
  const arrive = (): void => {
    const target = usable[turn++ % usable.length]!
    const seat = seats.get(target)!
    const attempt = new BareAttempt(KIND)
    target.load.started(attempt, time.now())
    seat.started(attempt, time.now())
    const { outcome, after } = serve(Number(target.id), service, time.now())
    const end = new At(() => {
      seat.settled(attempt, after > 30_000 ? 'failed' : outcome, time.now())
      target.load.settled(attempt, outcome, time.now())
    })
    time.set(end, Math.min(30_000, after))
    if (time.now() < duration) time.set(new At(arrive), (-Math.log(1 - arrivals()) * MINUTE) / callsPerMinute)
  }
  arrive()
  time.advance(duration)
  ejections.stop()
  return ejected
}

/** As tool calls are: lognormal, median 300 ms, sigma 1.5. */
const answer = (random: Random, slowdown = 1): Service => ({
  outcome: 'ok',
  after: slowdown * 300 * Math.exp(1.5 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
})
const error: Service = { outcome: 'failed', after: 5 }
const failing = (share: number, random: Random): Service => (random() < share ? error : answer(random))
const SEEDS = [1, 2, 3, 4, 5]

/** The clients in `bad` turn bad after 600 calls; how long until they were all out, the worst over the seeds, and who was ejected besides. */
function find(
  fleet: Omit<Fleet, 'seed' | 'duration' | 'serve'>,
  bad: readonly number[],
  be: (random: Random) => Service,
): { readonly within: number; readonly others: number } {
  let within = 0
  let others = 0
  const onset = (600 / fleet.callsPerMinute) * MINUTE
  for (const seed of SEEDS) {
    const serve = (client: number, random: Random, now: number): Service => (now > onset && bad.includes(client) ? be(random) : answer(random))
    const ejected = simulate({ ...fleet, seed, duration: onset + (fleet.callsPerMinute > 100 ? 5 * MINUTE : HOUR), serve })
    others += ejected.filter(({ client }) => !bad.includes(client)).length
    for (const client of bad) within = Math.max(within, (ejected.find((each) => each.client === client)?.at ?? Number.POSITIVE_INFINITY) - onset)
  }
  return { within: within / MINUTE, others }
}

describe('at ten calls a minute in all', () => {
  it.each([3, 4, 5])('finds one of %i that fails everything within five minutes, and nobody else', (clients) => {
    const { within, others } = find({ clients, callsPerMinute: 10 }, [0], () => error)
    expect(within).toBeLessThan(5)
    expect(others).toBe(0)
  })

  it('finds two of five that fail everything within ten minutes, and nobody else', () => {
    const { within, others } = find({ clients: 5, callsPerMinute: 10 }, [0, 1], () => error)
    expect(within).toBeLessThan(10)
    expect(others).toBe(0)
  })

  it.each([3, 4, 5])('finds one of %i that answers nothing within five minutes, and nobody else', (clients) => {
    const { within, others } = find({ clients, callsPerMinute: 10 }, [0], () => ({ outcome: 'ok', after: Number.POSITIVE_INFINITY }))
    expect(within).toBeLessThan(5)
    expect(others).toBe(0)
  })

  it('finds one of three that fails three calls in ten within half an hour', () => {
    expect(find({ clients: 3, callsPerMinute: 10 }, [0], (random) => failing(0.3, random)).within).toBeLessThan(30)
  })

  it('finds one of three that is forty times as slow within twenty minutes', () => {
    expect(find({ clients: 3, callsPerMinute: 10 }, [0], (random) => answer(random, 40)).within).toBeLessThan(20)
  })
})

describe('at a thousand calls a minute in all', () => {
  it.each([
    ['fails everything', 10, () => error],
    ['fails three calls in ten', 60, (random: Random) => failing(0.3, random)],
    ['answers nothing', 30, () => ({ outcome: 'ok' as const, after: Number.POSITIVE_INFINITY })],
    ['is twenty times as slow', 180, (random: Random) => answer(random, 20)],
  ])('finds one of four that %s within %i s', (_what, seconds, be) => {
    expect(find({ clients: 4, callsPerMinute: 1_000 }, [0], be).within * 60).toBeLessThan(seconds)
  })
})

/** Ejections of clients that are like the others, over all seeds, and the hours that they were there in all. */
function falsely(fleet: Omit<Fleet, 'seed'>): { readonly ejections: number; readonly hours: number } {
  const ejections = SEEDS.reduce((sum, seed) => sum + simulate({ ...fleet, seed }).length, 0)
  return { ejections, hours: (SEEDS.length * fleet.clients * fleet.duration) / HOUR }
}

describe('ejects nobody in error', () => {
  it.each([0, 0.01])('in 1,500 client-hours at ten calls a minute, where %d of the calls fail everywhere', (share) => {
    const { ejections, hours } = falsely({ clients: 3, callsPerMinute: 10, duration: 100 * HOUR, serve: (_, random) => failing(share, random) })
    expect([hours, ejections]).toEqual([1_500, 0])
  })

  it.each([0, 0.01])('in 20 client-hours at a thousand calls a minute, where %d of the calls fail everywhere', (share) => {
    const { ejections, hours } = falsely({ clients: 4, callsPerMinute: 1_000, duration: HOUR, serve: (_, random) => failing(share, random) })
    expect([hours, ejections]).toEqual([20, 0])
  })

  it('more often than once in 100 client-hours, where a tenth of the calls fails everywhere', () => {
    const { ejections, hours } = falsely({ clients: 3, callsPerMinute: 10, duration: 100 * HOUR, serve: (_, random) => failing(0.1, random) })
    expect(ejections).toBeLessThan(hours / 100)
  })

  it('that is twice as slow as the others', () => {
    const fleet = { clients: 4, callsPerMinute: 60, duration: 10 * HOUR, serve: (client: number, random: Random) => answer(random, client === 0 ? 2 : 1) }
    expect(falsely(fleet)).toEqual({ ejections: 0, hours: 200 })
  })

  it('whose calls take 10 ms or 20 s', () => {
    const serve = (_: number, random: Random): Service => ({ outcome: 'ok', after: random() < 0.1 ? 20_000 : 10 })
    expect(falsely({ clients: 4, callsPerMinute: 60, duration: 10 * HOUR, serve })).toEqual({ ejections: 0, hours: 200 })
  })

  it('where all fail, all are slow or all hang, from one moment on', () => {
    const outage = (_: number, random: Random, now: number): Service => (now > HOUR ? error : answer(random))
    const slow = (_: number, random: Random, now: number): Service => answer(random, now > HOUR ? 10 : 1)
    const hang = (_: number, random: Random, now: number): Service => (now > HOUR ? { outcome: 'ok', after: Number.POSITIVE_INFINITY } : answer(random))
    for (const serve of [outage, slow, hang]) expect(falsely({ clients: 3, callsPerMinute: 60, duration: 2 * HOUR, serve }).ejections).toBe(0)
  })
})
