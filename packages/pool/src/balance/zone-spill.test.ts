import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing/seeded-random.js'
import { ZoneSpill } from './zone-spill.js'

const MEMORY = 20_000

/** Ten answers a second for so long; of those that are placed anywhere two of three come from elsewhere. Slowness has a spread of 1. */
function run(spill: ZoneSpill, seconds: number, here: (share: number) => number, elsewhere: (share: number) => number, from = 0, seed = 1): number {
  const random = seededRandom(seed)
  const noise = (): number => (random() + random() + random() - 1.5) * 2
  let now = from
  for (; now < from + seconds * 1_000; now += 100) {
    const far = spill.next() && random() < 2 / 3
    spill.took(far, (far ? elsewhere : here)(spill.share) + noise(), now)
  }
  return now
}

const alike = (): number => 0

describe('ZoneSpill', () => {
  it('lets one call in fifty go anywhere while the own zone is as fast as the others', () => {
    const spill = new ZoneSpill(MEMORY)
    run(spill, 60, alike, alike)
    let calls = 0
    for (let i = 0; i < 5_000; i++) if (spill.next()) calls++
    expect(calls / 5_000).toBeLessThan(0.04)
    expect(calls / 5_000).toBeGreaterThanOrEqual(0.019)
  })

  it('draws together within ten seconds, also where nothing comes from elsewhere', () => {
    const spill = new ZoneSpill(MEMORY)
    expect(spill.share).toBe(0.5)
    for (let now = 0; now <= 10_000; now += 100) spill.took(false, 0, now)
    expect(spill.share).toBeLessThan(0.03)
  })

  it('sends nearly all anywhere where the own zone is twice as slow whatever it does, and comes back when that is over', () => {
    const spill = new ZoneSpill(MEMORY)
    const slowUntil = run(spill, 60, () => Math.LN2, alike)
    expect(spill.share).toBeGreaterThan(0.9)
    run(spill, 120, alike, alike, slowUntil)
    expect(spill.share).toBeLessThan(0.2)
  })

  it('settles between, where the own zone is slower the less leaves it', () => {
    const spill = new ZoneSpill(MEMORY)
    // With half of the calls going anywhere both are alike.
    const now = run(spill, 120, (share) => 2 * Math.max(0, 0.5 - share), alike)
    let sum = 0
    for (let second = 0; second < 60; second++) {
      run(spill, 1, (share) => 2 * Math.max(0, 0.5 - share), alike, now + second * 1_000, second)
      sum += spill.share
    }
    expect(sum / 60).toBeGreaterThan(0.25)
    expect(sum / 60).toBeLessThan(0.6)
  })

  it('stays at home for calls that are slower elsewhere by what the way takes', () => {
    const spill = new ZoneSpill(MEMORY)
    run(spill, 60, alike, () => 1)
    expect(spill.share).toBeLessThan(0.03)
  })

  it('keeps its share between a fiftieth and all, and lets so many go, whatever it is told', () => {
    const events = fc.array(fc.record({ wait: fc.nat(5_000), far: fc.boolean(), slowness: fc.double({ min: -2, max: 2, noNaN: true }) }), { maxLength: 200 })
    fc.assert(
      fc.property(events, (sequence) => {
        const spill = new ZoneSpill(MEMORY)
        let now = 0
        let shares = 0
        let gone = 0
        for (const { wait, far, slowness } of sequence) {
          spill.took(far, slowness, (now += wait))
          expect(spill.share).toBeGreaterThanOrEqual(1 / 50)
          expect(spill.share).toBeLessThanOrEqual(1)
          shares += spill.share
          if (spill.next()) gone++
        }
        expect(Math.abs(gone - shares)).toBeLessThanOrEqual(1 + 1e-6)
      }),
    )
  })

  it('allows a request and a half, and twice what is usual', () => {
    const spill = new ZoneSpill(MEMORY)
    expect(spill.allowance(0, 0)).toBe(1.5)
    let allowance = 0
    for (let now = 0; now <= 200_000; now += 100) allowance = spill.allowance(3, now)
    expect(allowance).toBeCloseTo(7.5, 2)
  })
})
