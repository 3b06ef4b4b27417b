import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Alarm, type Milliseconds } from './ports.js'
import { systemTimers } from './system-timers.js'
import { TimerWheel, type Waker } from './timer-wheel.js'

const TICK = 20
const SLOTS = 16

class Note extends Alarm {
  readonly fired: Milliseconds[] = []
  readonly also: ((now: Milliseconds) => void) | undefined
  constructor(also?: (now: Milliseconds) => void) {
    super()
    this.also = also
  }
  override fire(now: Milliseconds): void {
    this.fired.push(now)
    this.also?.(now)
  }
}

/** Moves time in the way of an event loop: to the moment for which it was asked to wake, plus `lateness`. */
class Loop implements Waker {
  time = 0
  wishes = 0
  lateness = 0
  #at = Number.POSITIVE_INFINITY
  #wake: () => void = () => {}
  now = (): Milliseconds => this.time
  wakeIn(delay: Milliseconds, wake: () => void): void {
    this.wishes++
    this.#at = this.time + delay
    this.#wake = wake
  }
  rest(): void {
    this.#at = Number.POSITIVE_INFINITY
  }
  get resting(): boolean {
    return this.#at === Number.POSITIVE_INFINITY
  }
  advance(ms: Milliseconds): void {
    const end = this.time + ms
    while (this.#at + this.lateness <= end) {
      this.time = Math.max(this.time, this.#at + this.lateness)
      this.#at = Number.POSITIVE_INFINITY
      this.#wake()
    }
    this.time = end
  }
}

function wheel(start = 0): { loop: Loop; timers: TimerWheel } {
  const loop = new Loop()
  loop.time = start
  return { loop, timers: new TimerWheel(loop, loop, { tick: TICK, slots: SLOTS }) }
}

describe('TimerWheel', () => {
  it('agrees with an oracle: what is set last counts, never early, at most one tick late, nothing lost', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), alarm: fc.nat(9), delay: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3_000 })) }),
      fc.record({ do: fc.constant('clear' as const), alarm: fc.nat(9) }),
      fc.record({ do: fc.constant('pass' as const), time: fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.integer({ min: 0, max: 2_000 })) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.double({ min: 0, max: 1e6, noNaN: true }), (steps, start) => {
        const { loop, timers } = wheel(start)
        const alarms = Array.from({ length: 10 }, () => new Note())
        /** When each alarm that is set is due. */
        const due = new Map<Note, Milliseconds>()
        const expected = new Map<Note, number>(alarms.map((alarm) => [alarm, 0]))
        /** What is wrong at this moment; asserted once a step, for there are many. */
        const faults = (): string[] => {
          const found: string[] = []
          for (const [i, alarm] of alarms.entries()) {
            const dueAt = due.get(alarm)
            const last = alarm.fired.at(-1)
            if (dueAt !== undefined && last !== undefined && alarm.fired.length > expected.get(alarm)!) {
              if (last < dueAt) found.push(`alarm ${i} fired early`)
              if (last >= dueAt + TICK + 1e-6) found.push(`alarm ${i} fired late`)
              expected.set(alarm, expected.get(alarm)! + 1)
              due.delete(alarm)
            } else if (dueAt !== undefined && loop.time >= dueAt + TICK) found.push(`alarm ${i} did not fire`)
            if (alarm.fired.length !== expected.get(alarm)) found.push(`alarm ${i} fired though it was not set`)
          }
          if (loop.resting !== (due.size === 0)) found.push('the waker rests only when nothing is set')
          return found
        }
        for (const action of steps) {
          if (action.do === 'pass') loop.advance(action.time)
          else {
            const alarm = alarms[action.alarm]!
            if (action.do === 'set') {
              timers.set(alarm, action.delay)
              due.set(alarm, loop.time + action.delay)
            } else {
              timers.clear(alarm)
              due.delete(alarm)
            }
          }
          expect(faults()).toEqual([])
        }
        loop.advance(4_000)
        expect(faults()).toEqual([])
        expect(due.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('fires what is due after a stall of many revolutions, once', () => {
    const { loop, timers } = wheel()
    const alarms = [0, 5, 19, 20, 21, 300, 320, 321, 900].map((delay) => {
      const alarm = new Note()
      timers.set(alarm, delay)
      return alarm
    })
    loop.lateness = 5_000
    loop.advance(20_000)
    expect(alarms.map((alarm) => alarm.fired.length)).toEqual(alarms.map(() => 1))
    expect(loop.resting).toBe(true)
  })

  it('lets an alarm that fires clear and move those that are due in the same tick', () => {
    const { loop, timers } = wheel()
    const [cleared, moved] = [new Note(), new Note()]
    const first = new Note(() => {
      timers.clear(cleared)
      timers.set(moved, 100)
    })
    for (const alarm of [first, cleared, moved]) timers.set(alarm, 10)
    loop.advance(1_000)
    expect(first.fired).toEqual([20])
    expect(cleared.fired).toEqual([])
    expect(moved.fired).toEqual([120])
  })

  it('gives an alarm that sets itself for now the next tick, not an endless turn', () => {
    const { loop, timers } = wheel()
    const again: Note = new Note(() => timers.set(again, 0))
    timers.set(again, 0)
    loop.advance(100)
    expect(again.fired).toEqual([20, 40, 60, 80, 100])
    timers.clear(again)
    expect(loop.resting).toBe(true)
  })

  it('loses nothing where an alarm throws', () => {
    const { loop, timers } = wheel()
    const after = new Note()
    const bad = new Note(() => {
      throw new Error('mine')
    })
    timers.set(bad, 10)
    timers.set(after, 10)
    expect(() => loop.advance(50)).toThrow('mine')
    loop.advance(50)
    expect(after.fired).toHaveLength(1)
  })

  it('asks for no further wake-up for an alarm that is later than the one it waits for', () => {
    const { loop, timers } = wheel()
    timers.set(new Note(), 100)
    for (let i = 0; i < 1_000; i++) {
      const alarm = new Note()
      timers.set(alarm, 250)
      timers.clear(alarm)
    }
    expect(loop.wishes).toBe(1)
  })

  it.each([{ tick: 0 }, { tick: Number.NaN }, { slots: 1_000 }, { slots: 0 }])('refuses %o', (options) => {
    const loop = new Loop()
    expect(() => new TimerWheel(loop, loop, options)).toThrow(RangeError)
  })
})

describe('systemTimers', () => {
  it('fires on real time, not before', async () => {
    const timers = systemTimers()
    const start = timers.now()
    const firedAt = await new Promise<Milliseconds>((resolve) => timers.set(new Note(resolve), 5))
    expect(firedAt).toBeGreaterThanOrEqual(start + 5)
  })
})
