import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom, VirtualTime } from '../testing/index.js'
import { type Recoverable, Recovery, recoveryLimits } from './recovery.js'

const LIMITS = { base: 1_000, max: 5_000 }

class Patient implements Recoverable {
  readonly time = new VirtualTime()
  readonly recovery: Recovery
  readonly events: string[] = []
  readonly attempts: number[] = []
  well = false
  wanted = true
  onRecovering = (): void => {}

  constructor(random = () => 0.5) {
    this.recovery = new Recovery(this, this.time, random, LIMITS)
  }
  async reconnect(): Promise<void> {
    this.attempts.push(this.time.now())
    if (!this.well) throw new Error('still ill')
  }
  recovering(): void {
    this.events.push('recovering')
    this.onRecovering()
  }
  recovered(): void {
    this.events.push('recovered')
  }
  recoveryFailed(error: Error): boolean {
    this.events.push(error.message)
    return this.wanted
  }
}

describe('Recovery', () => {
  it('tries at once, then with a growing backoff, for ever', async () => {
    const patient = new Patient()
    patient.recovery.start()
    expect(patient.events).toEqual(['recovering'])
    await patient.time.run(13_000)
    expect(patient.attempts).toEqual([0, 500, 1_500, 3_500, 6_000, 8_500, 11_000])
    patient.well = true
    await patient.time.run(5_000)
    expect(patient.events.slice(-2)).toEqual(['recovering', 'recovered'])
    expect(patient.time.pending).toBe(0)
  })

  it('is not delayed by being asked for again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 5, maxLength: 30 }), fc.nat(), async (waits, seed) => {
        const [asked, alone] = [new Patient(seededRandom(seed)), new Patient(seededRandom(seed))]
        asked.recovery.start()
        alone.recovery.start()
        for (const ms of waits) {
          await Promise.all([asked.time.run(ms), alone.time.run(ms)])
          asked.recovery.start()
        }
        expect(asked.attempts).toEqual(alone.attempts)
      }),
      { numRuns: 50 },
    )
  })

  it('starts over only for who was fit for as long as the longest wait', async () => {
    for (const [fitFor, immediate] of [
      [4_999, false],
      [5_000, true],
    ] as const) {
      const patient = new Patient()
      patient.well = true
      await patient.recovery.attempt()
      patient.recovery.done()
      await patient.time.run(fitFor)
      patient.recovery.start()
      expect(patient.attempts.length).toBe(immediate ? 2 : 1)
      await patient.time.run(500)
      expect(patient.attempts.length).toBe(2)
    }
  })

  it('ends where the client is not wanted any more', async () => {
    const patient = new Patient()
    patient.wanted = false
    await patient.recovery.attempt()
    expect(patient.events).toEqual(['recovering', 'still ill'])
    expect(patient.time.pending).toBe(0)
  })

  it('forgets an attempt that was under way when it was stopped, also from within', async () => {
    const patient = new Patient()
    patient.onRecovering = () => patient.recovery.stop()
    const attempt = patient.recovery.attempt()
    expect(patient.recovery.attempt()).not.toBe(attempt)
    patient.onRecovering = () => {}
    await attempt
    await patient.time.run(60_000)
    expect(patient.events).toEqual(['recovering', 'recovering'])
    await patient.recovery.attempt()
    expect(patient.events.slice(2, 4)).toEqual(['recovering', 'still ill'])
  })
})

it('does not wait longer than 5 s to see whether a replica is back, nor longer than maxRetryDelay', () => {
  expect(recoveryLimits({ retryDelay: 1_000, maxRetryDelay: 10_000 })).toEqual({ base: 1_000, max: 5_000 })
  expect(recoveryLimits({ retryDelay: 100, maxRetryDelay: 2_000 })).toEqual({ base: 100, max: 2_000 })
  expect(recoveryLimits({ retryDelay: 0, maxRetryDelay: 0 })).toEqual({ base: 100, max: 100 })
})
