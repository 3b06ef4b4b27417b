import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'
import { Sites } from './sites.js'

const LIMITS = { base: 1_000, max: 5_000 }
const sitesOf = (...names: string[]): Sites => new Sites(new FleetWorld(names).endpoints)
const half = (): number => 0.5

describe('Sites', () => {
  it('spread clients evenly, whatever comes and goes', () => {
    const step = fc.oneof(fc.constant('come' as const), fc.nat({ max: 50 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const sites = sitesOf('a', 'b', 'c', 'd')
        const there: Array<{ id: string; number: number }> = []
        for (const what of steps) {
          if (what === 'come') {
            const fewest = Math.min(...[...sites.ids].map((id) => sites.get(id)!.population))
            const site = sites.neediest()!
            expect(site.population).toBe(fewest)
            there.push({ id: site.endpoint.id, number: site.enter() })
          } else {
            const [gone] = there.splice(what % Math.max(1, there.length), 1)
            if (gone === undefined) continue
            const site = sites.get(gone.id)!
            site.lose()
            site.leave(gone.number)
          }
          expect(new Set(there.map(({ id, number }) => `${id}#${number}`)).size).toBe(there.length)
        }
      }),
    )
  })

  it('give the lowest number that is free', () => {
    const site = sitesOf('a').get('a')!
    expect([site.enter(), site.enter(), site.enter()]).toEqual([1, 2, 3])
    site.leave(2)
    expect(site.enter()).toBe(2)
  })

  it('prefer who is not failing: always for a client that is wanted now, among equals for one that is missing', () => {
    const sites = sitesOf('a', 'b', 'c')
    sites.get('a')!.enter()
    sites.get('b')!.refused(0, LIMITS, half)
    expect(sites.neediest()?.endpoint.id).toBe('c')
    sites.get('c')!.enter()
    expect(sites.neediest()?.endpoint.id).toBe('b')
    expect(sites.likeliest()?.endpoint.id).not.toBe('b')
    sites.get('b')!.reachable()
    expect(sites.likeliest()?.endpoint.id).toBe('b')
  })

  it('choose of those who all fail the one that may be tried first', () => {
    const sites = sitesOf('a', 'b')
    sites.get('a')!.refused(0, LIMITS, () => 0.9)
    sites.get('b')!.refused(0, LIMITS, () => 0.1)
    expect(sites.neediest()?.endpoint.id).toBe('b')
    expect(sites.likeliest()?.endpoint.id).toBe('b')
  })

  it('leave a failing endpoint alone for its backoff, and then try it one at a time', () => {
    const site = sitesOf('a').get('a')!
    expect(site.mayTry(0)).toBe(true)
    site.refused(0, LIMITS, half)
    expect([site.mayTry(499), site.mayTry(500)]).toEqual([false, true])
    site.connecting++
    expect(site.mayTry(500)).toBe(false)
    site.connecting--
    site.refused(500, LIMITS, half)
    expect([site.mayTry(1_499), site.mayTry(1_500)]).toEqual([false, true])
    site.gained()
    expect(site.mayTry(0)).toBe(true)
  })

  it('never choose one that is drained', () => {
    const sites = sitesOf('a', 'b')
    sites.get('a')!.drained = true
    expect([sites.neediest()?.endpoint.id, sites.likeliest()?.endpoint.id]).toEqual(['b', 'b'])
    sites.get('b')!.drained = true
    expect([sites.neediest(), sites.likeliest()]).toEqual([undefined, undefined])
  })
})
