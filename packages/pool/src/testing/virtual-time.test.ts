import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Alarm } from '../ports.js'
import { VirtualTime } from './virtual-time.js'

class Note extends Alarm {
  readonly fired: number[] = []
  override fire(now: number): void {
    this.fired.push(now)
  }
}

describe('VirtualTime', () => {
  it('fires alarms in the order of their times, each exactly at its time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 200 }), (delays) => {
        const time = new VirtualTime()
        const order: Array<{ due: number; index: number }> = []
        for (const [index, delay] of delays.entries()) {
          const alarm = new (class extends Alarm {
            override fire(now: number): void {
              expect(now).toBe(delay)
              order.push({ due: delay, index })
            }
          })()
          time.set(alarm, delay)
        }
        time.advance(1_000)
        expect(order).toHaveLength(delays.length)
        expect(order).toEqual([...order].sort((a, b) => a.due - b.due || a.index - b.index))
        expect(time.pending).toBe(0)
      }),
    )
  })

  it('counts only the last setting of an alarm, and none that was cleared', () => {
    const time = new VirtualTime()
    const [moved, cleared] = [new Note(), new Note()]
    for (let i = 0; i < 1_000; i++) time.set(moved, 100 + i)
    time.set(moved, 7)
    time.set(cleared, 5)
    time.clear(cleared)
    expect(time.nextDue).toBe(7)
    time.advance(10_000)
    expect(moved.fired).toEqual([7])
    expect(cleared.fired).toEqual([])
  })

  it('fires what an alarm sets while it fires, where it is due in the same stretch', () => {
    const time = new VirtualTime(50)
    const later = new Note()
    const first = new (class extends Alarm {
      override fire(): void {
        time.set(later, 5)
      }
    })()
    time.set(first, 10)
    time.advance(20)
    expect(later.fired).toEqual([65])
    expect(time.now()).toBe(70)
  })

  it('says who sets alarms without end while time stands still, instead of firing them for ever', () => {
    const time = new VirtualTime(50)
    class Restless extends Alarm {
      override fire(): void {
        time.set(this, Number.EPSILON)
      }
    }
    time.set(new Restless(), 10)
    expect(() => time.advance(20)).toThrow('time stands still at 60 ms: more than 1000000 alarms fired, the last a Restless')
  })

  it('lets promises settle between alarms when it is run', async () => {
    const time = new VirtualTime()
    const seen: number[] = []
    const wait = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        time.set(
          new (class extends Alarm {
            override fire(): void {
              resolve()
            }
          })(),
          ms,
        )
      })
    const program = async (): Promise<void> => {
      await wait(10)
      seen.push(time.now())
      await wait(10)
      seen.push(time.now())
    }
    const ended = program()
    await time.run(30)
    await ended
    expect(seen).toEqual([10, 20])
  })
})
