import { describe, expect, it } from 'vitest'
import type { Milliseconds, Priority } from '../../ports.js'
import { VirtualTime } from '../../testing/virtual-time.js'
import { Admission, type AdmissionOptions } from './admission.js'
import type { Entry, Place, Waiting } from './waiting.js'

/** Writes down what happens to it, in a log that it shares with others. */
class Guest implements Waiting {
  readonly name: string
  readonly priority: Priority
  readonly tenant: string
  readonly need: unknown
  readonly waitsUntil: Milliseconds
  place: Place | undefined
  /** What it says when it is asked. */
  answer: (now: Milliseconds) => Entry = () => 'started'
  onShed: () => void = () => {}
  readonly #log: string[]

  constructor(log: string[], name: string, wishes: { priority?: Priority; tenant?: string; need?: unknown; until?: Milliseconds } = {}) {
    this.#log = log
    this.name = name
    this.priority = wishes.priority ?? 'normal'
    this.tenant = wishes.tenant ?? ''
    this.need = wishes.need ?? 'any'
    this.waitsUntil = wishes.until ?? 30_000
  }

  enter(now: Milliseconds): Entry {
    const entry = this.answer(now)
    if (entry === 'started' || entry === 'ended') this.#log.push(`${this.name} ${entry}`)
    return entry
  }

  shed(code: 'QUEUE_TIMEOUT' | 'QUEUE_FULL'): void {
    this.#log.push(`${this.name} ${code}`)
    this.onShed()
  }
}

function queue(options: Partial<AdmissionOptions> = {}) {
  const time = new VirtualTime()
  const log: string[] = []
  const admission = new Admission({ timers: time, maxQueueSize: 1_000, ...options })
  const come = (name: string, wishes: ConstructorParameters<typeof Guest>[2] = {}): Guest => {
    const guest = new Guest(log, name, wishes)
    admission.wait(guest, time.now())
    return guest
  }
  const names = (): string[] => log.map((line) => line.split(' ')[0]!)
  /** Places that are free; everyone who enters takes one. */
  const letIn = (places: number): void => {
    let free = places
    for (const guest of guests) guest.answer = () => (free-- > 0 ? 'started' : 'full')
    admission.pump(time.now())
  }
  const guests: Guest[] = []
  return { time, log, admission, names, letIn, come: (...args: Parameters<typeof come>) => (guests.push(come(...args)), guests.at(-1)!) }
}

describe('who enters next', () => {
  it('is who came first, among equals', () => {
    const { come, letIn, names } = queue()
    for (const name of ['a', 'b', 'c']) come(name)
    letIn(2)
    expect(names()).toEqual(['a', 'b'])
  })

  it('is whose wait ends first, of one tenant', () => {
    const { come, letIn, names } = queue()
    come('late', { until: 900 })
    come('ever', { until: Number.POSITIVE_INFINITY })
    come('soon', { until: 100 })
    come('forever', { until: Number.POSITIVE_INFINITY })
    letIn(9)
    expect(names()).toEqual(['soon', 'late', 'ever', 'forever'])
  })

  it('is high before normal before low, and each of them in its share', () => {
    const { come, letIn, names } = queue()
    for (const priority of ['low', 'normal', 'high'] as const) for (let i = 0; i < 50; i++) come(priority, { priority })
    letIn(42)
    const turns = names()
    expect(turns.slice(0, 4)).toEqual(['high', 'high', 'high', 'high'])
    const count = (priority: string): number => turns.filter((name) => name === priority).length
    expect([count('high'), count('normal'), count('low')]).toEqual([32, 8, 2])
  })

  it('goes round the tenants, whoever of them shouts loudest', () => {
    const { come, letIn, names } = queue()
    for (let i = 0; i < 20; i++) come('loud', { tenant: 'loud' })
    for (let i = 0; i < 2; i++) come('meek', { tenant: 'meek' })
    letIn(6)
    expect(names()).toEqual(['loud', 'meek', 'loud', 'meek', 'loud', 'loud'])
  })

  it('is not one who cannot be placed, who loses nothing by it', () => {
    const { come, admission, names } = queue()
    const stuck = come('stuck', { need: 'replica 1', priority: 'high' })
    stuck.answer = () => 'no-place'
    come('free', { need: 'replica 2', priority: 'low' })
    admission.pump(0)
    expect(names()).toEqual(['free'])
    stuck.answer = () => 'started'
    admission.pump(0)
    expect(names()).toEqual(['free', 'stuck'])
  })

  it('asks one of each need, and nobody after being told that all is full', () => {
    const { come, admission } = queue()
    const asked: string[] = []
    const ask = (name: string, need: string, entry: Entry): void => {
      come(name, { need }).answer = () => (asked.push(name), entry)
    }
    ask('a', 'x', 'no-place')
    ask('b', 'x', 'no-place')
    ask('c', 'y', 'full')
    ask('d', 'z', 'started')
    admission.pump(0)
    expect(asked).toEqual(['a', 'c'])
  })
})

describe('who is sent away', () => {
  it('is whose wait is over, at its time', () => {
    const { come, time, log, admission } = queue()
    come('a', { until: 100 })
    come('b', { until: 50 })
    time.advance(99)
    expect(log).toEqual(['b QUEUE_TIMEOUT'])
    time.advance(1)
    expect(log).toEqual(['b QUEUE_TIMEOUT', 'a QUEUE_TIMEOUT'])
    expect([admission.waiting, time.pending]).toEqual([0, 0])
  })

  it('is a newcomer whose time is over already, and any newcomer where there is no queue', () => {
    const { come, log } = queue()
    come('late', { until: 0 })
    expect(log).toEqual(['late QUEUE_TIMEOUT'])
    const none = queue({ maxQueueSize: 0 })
    none.come('any', { priority: 'high' })
    expect(none.log).toEqual(['any QUEUE_FULL'])
  })

  it('is of a lower priority than the newcomer: of the tenant with most, who could wait longest', () => {
    const { come, log, admission } = queue({ maxQueueSize: 4 })
    come('one', { priority: 'low', tenant: 'x', until: 9_000 })
    come('soon', { priority: 'low', tenant: 'y', until: 1_000 })
    come('long', { priority: 'low', tenant: 'y', until: 5_000 })
    come('normal')
    come('high', { priority: 'high' })
    expect(log).toEqual(['long QUEUE_FULL'])
    expect(admission.waiting).toBe(4)
    expect([admission.waitingOf('high'), admission.waitingOf('normal'), admission.waitingOf('low')]).toEqual([1, 1, 2])
  })

  it('is the newcomer where all others are of a higher priority, or its own tenant has as much', () => {
    const { come, log } = queue({ maxQueueSize: 3 })
    come('a', { tenant: 'x' })
    come('b', { tenant: 'x' })
    come('c', { tenant: 'y' })
    come('low', { priority: 'low', tenant: 'z' })
    come('d', { tenant: 'y' })
    expect(log).toEqual(['low QUEUE_FULL', 'd QUEUE_FULL'])
  })

  it('is of the tenant that waits with most, for a newcomer of one with less', () => {
    const { come, log } = queue({ maxQueueSize: 3 })
    for (const name of ['a', 'b', 'c']) come(name, { tenant: 'x' })
    come('d', { tenant: 'y' })
    expect(log).toEqual(['c QUEUE_FULL'])
  })

  it('is one that waited too long rather than anybody else, though its alarm has not rung yet', () => {
    const log: string[] = []
    const deaf = { now: () => 0, set: () => {}, clear: () => {} }
    const admission = new Admission({ timers: deaf, maxQueueSize: 1 })
    admission.wait(new Guest(log, 'over', { until: 10, priority: 'high' }), 0)
    admission.wait(new Guest(log, 'new', { priority: 'low' }), 20)
    expect(log).toEqual(['over QUEUE_TIMEOUT'])
    expect(admission.waiting).toBe(1)
  })
})

describe('what happens in the middle', () => {
  it('of entering does not let anyone in twice, and lets in who can enter then', () => {
    const { come, admission, names } = queue()
    let free = 1
    for (const name of ['a', 'b', 'c']) {
      come(name).answer = () => {
        if (free === 0) return 'full'
        free--
        // It ends at once, and its place is free again.
        free++
        admission.pump(0)
        return 'started'
      }
    }
    admission.pump(0)
    expect(names()).toEqual(['a', 'b', 'c'])
    expect(admission.waiting).toBe(0)
  })

  it('of entering may be that it has to wait again', () => {
    const { come, admission, log } = queue()
    const guest = come('a')
    let tries = 0
    guest.answer = (now) => {
      if (tries++ > 0) return 'full'
      admission.wait(guest, now)
      return 'started'
    }
    admission.pump(0)
    expect(log).toEqual(['a started'])
    expect(admission.waiting).toBe(1)
    expect(admission.remove(guest)).toBe(true)
    expect(admission.waiting).toBe(0)
  })

  it('of entering may be that it waits again, and finds no place', () => {
    const { come, admission } = queue()
    const guest = come('a')
    guest.answer = (now) => {
      admission.wait(guest, now)
      return 'no-place'
    }
    admission.pump(0)
    expect(admission.waiting).toBe(1)
    expect(admission.remove(guest)).toBe(true)
    expect(admission.waiting).toBe(0)
  })

  it('of being shed may be that it comes again, and finds no room', () => {
    const { admission, time } = queue({ maxQueueSize: 1 })
    const log: string[] = []
    const low = new Guest(log, 'low', { priority: 'low' })
    low.onShed = () => {
      if (log.length < 2) admission.wait(low, time.now())
    }
    admission.wait(low, 0)
    admission.wait(new Guest(log, 'high', { priority: 'high' }), 0)
    expect(log).toEqual(['low QUEUE_FULL', 'low QUEUE_FULL'])
    expect(admission.waiting).toBe(1)
  })

  it('of entering nobody sheds the one that enters', () => {
    const { come, admission, log } = queue({ maxQueueSize: 1 })
    come('low', { priority: 'low' }).answer = () => {
      come('high', { priority: 'high' })
      return 'no-place'
    }
    admission.pump(0)
    expect(log).toEqual(['high QUEUE_FULL'])
    expect(admission.waiting).toBe(1)
  })

  it('of entering its time may run out, which is not held against it', () => {
    const { come, admission, log } = queue({ maxQueueSize: 1 })
    const guest = come('a', { until: 10 })
    guest.answer = () => {
      admission.wait(new Guest(log, 'late', { until: 100 }), 20)
      return 'started'
    }
    admission.pump(5)
    expect(log).toEqual(['late QUEUE_FULL', 'a started'])
  })

  it('of entering an error may be thrown, which takes that one out', () => {
    const { come, admission, names, letIn } = queue()
    come('bad').answer = () => {
      throw new Error('mine')
    }
    const other = come('good')
    expect(() => admission.pump(0)).toThrow('mine')
    expect([other.place === undefined, admission.waiting]).toEqual([false, 1])
    letIn(1)
    expect(names()).toEqual(['good'])
  })
})

it('tells whether somebody waits for the same', () => {
  const { come, admission } = queue()
  const guest = come('a', { need: 'x' })
  expect([admission.hasWaitingFor('x'), admission.hasWaitingFor('y')]).toEqual([true, false])
  admission.remove(guest)
  expect(admission.hasWaitingFor('x')).toBe(false)
})

it('has room for any number of needs', () => {
  const { come, letIn, names, admission } = queue()
  const all = Array.from({ length: 200 }, (_, i) => come(`${i}`, { need: i }).name)
  letIn(200)
  expect(names()).toEqual(all)
  expect(admission.waiting).toBe(0)
})

it.each([
  [{ maxQueueSize: -1 }, /maxQueueSize/],
  [{ maxQueueSize: 1.5 }, /maxQueueSize/],
  [{ weights: { high: 1, normal: 0, low: 1 } }, /weights\.normal/],
  [{ weights: { high: Number.POSITIVE_INFINITY, normal: 1, low: 1 } }, /weights\.high/],
])('refuses %o', (options, message) => {
  expect(() => queue(options)).toThrow(message)
})
