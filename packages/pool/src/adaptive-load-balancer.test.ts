import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AdaptiveLoadBalancer } from './adaptive-load-balancer.js'
import { seededRandom } from './testing/seeded-random.js'

interface Client {
  readonly id: string
}

/** A pool whose clients have the loads that the test says. */
function pool(count: number): { clients: Client[]; loads: Map<string, number>; getHealthyClients(): Client[]; calculateClientLoad(id: string): number } {
  const clients = Array.from({ length: count }, (_, i) => ({ id: `client-${i}` }))
  const loads = new Map(clients.map(({ id }) => [id, 0]))
  return { clients, loads, getHealthyClients: () => clients, calculateClientLoad: (id) => loads.get(id) ?? Number.POSITIVE_INFINITY }
}

async function counts(balancer: AdaptiveLoadBalancer<Client>, clients: readonly Client[], draws: number): Promise<number[]> {
  const chosen = clients.map(() => 0)
  for (let i = 0; i < draws; i++) chosen[clients.indexOf((await balancer.selectClient())!)]!++
  return chosen
}

describe('AdaptiveLoadBalancer', () => {
  it('selects nobody where nobody is healthy', async () => {
    expect(await new AdaptiveLoadBalancer(pool(0)).selectClient({ tool: 'add' })).toBeNull()
  })

  it('works without options', async () => {
    const fleet = pool(3)
    const balancer = new AdaptiveLoadBalancer(fleet)
    expect(balancer.learningRate).toBe(0.1)
    expect(fleet.clients).toContain(await balancer.selectClient())
  })

  it('keeps moving averages, and learns less with each result but never nothing', () => {
    const balancer = new AdaptiveLoadBalancer(pool(1))
    balancer.recordResult('client-0', true, 100)
    expect(balancer.performanceHistory.get('client-0')).toEqual({ successRate: 1, averageLatency: 100, taskCount: 1 })
    for (let i = 0; i < 9; i++) balancer.recordResult('client-0', true, 100)
    balancer.recordResult('client-0', true, 200)
    balancer.recordResult('client-0', false, 5)
    expect(balancer.performanceHistory.get('client-0')).toMatchObject({ successRate: 0.8, averageLatency: 120, taskCount: 12 })
    expect(balancer.learningRate).toBeCloseTo(0.1 * 0.999 ** 12)
    for (let i = 0; i < 5_000; i++) balancer.recordResult('client-0', true, 100)
    expect(balancer.learningRate).toBe(0.01)
  })

  it('goes by load first: a queue of five outweighs that a client was e times slower', async () => {
    const fleet = pool(2)
    const balancer = new AdaptiveLoadBalancer(fleet, { learningRate: 0, random: seededRandom(1) })
    for (let i = 0; i < 100; i++) for (const [at, { id }] of fleet.clients.entries()) balancer.recordResult(id, true, at === 0 ? 271.8 : 100)
    balancer.learningRate = 0
    expect(await counts(balancer, fleet.clients, 100)).toEqual([0, 100])
    fleet.loads.set('client-1', 5)
    expect(await counts(balancer, fleet.clients, 100)).toEqual([100, 0])
  })

  it.each([1, 2, 3])('gives one of ten that fails at once, and so is always idle, under 1%% of the tasks (seed %i)', async (seed) => {
    const fleet = pool(10)
    const balancer = new AdaptiveLoadBalancer(fleet, { random: seededRandom(seed) })
    const chosen = fleet.clients.map(() => 0)
    for (let i = 0; i < 20_000; i++) {
      // The others always have something to do.
      for (const [at, { id }] of fleet.clients.entries()) fleet.loads.set(id, at === 0 ? 0 : 1 + ((i + at) % 4))
      const at = fleet.clients.indexOf((await balancer.selectClient())!)
      chosen[at]!++
      balancer.recordResult(fleet.clients[at]!.id, at !== 0, at === 0 ? 2 : 100)
    }
    expect(chosen[0]! / 20_000).toBeLessThan(0.01)
    // And it is tried again and again.
    expect(chosen[0]).toBeGreaterThan(10)
  })

  it('spreads hope over those of whom nothing is known, and breaks ties without bias', async () => {
    const fleet = pool(5)
    const chosen = await counts(new AdaptiveLoadBalancer(fleet, { random: seededRandom(1) }), fleet.clients, 5_000)
    for (const count of chosen) expect(Math.abs(count - 1_000)).toBeLessThan(60)
    const known = new AdaptiveLoadBalancer(fleet, { random: seededRandom(2) })
    for (const { id } of fleet.clients) known.recordResult(id, true, 50)
    for (const count of await counts(known, fleet.clients, 5_000)) expect(Math.abs(count - 1_000)).toBeLessThan(5 * Math.sqrt(800))
  })

  it('selects a healthy client and keeps numbers in range, whatever is recorded, written and reported', async () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1))
    const result = fc.record({ client: fc.nat(5), success: fc.boolean(), latency: number, load: number })
    await fc.assert(
      fc.asyncProperty(fc.array(result, { maxLength: 60 }), fc.nat(), async (results, seed) => {
        const fleet = pool(4)
        const balancer = new AdaptiveLoadBalancer(fleet, { random: seededRandom(seed) })
        balancer.performanceHistory.set('client-3', { successRate: Number.NaN, averageLatency: Number.NaN, taskCount: Number.NaN })
        for (const { client, success, latency, load } of results) {
          if (client < 4) fleet.loads.set(`client-${client}`, load)
          if (client !== 3) balancer.recordResult(`client-${client}`, success, latency)
          expect(fleet.clients).toContain(await balancer.selectClient())
        }
        balancer.performanceHistory.delete('client-3')
        for (const { successRate, averageLatency } of balancer.performanceHistory.values()) {
          expect(successRate).toBeGreaterThanOrEqual(0)
          expect(successRate).toBeLessThanOrEqual(1)
          expect(averageLatency).toBeGreaterThanOrEqual(0)
          expect(averageLatency).toBeLessThan(Number.POSITIVE_INFINITY)
        }
        expect(balancer.learningRate).toBeGreaterThanOrEqual(0.01)
      }),
    )
  })

  it('keeps a bounded number of histories', () => {
    const balancer = new AdaptiveLoadBalancer(pool(1))
    for (let i = 0; i < 10_050; i++) balancer.recordResult(`gone-${i}`, true, 1)
    expect(balancer.performanceHistory.size).toBe(10_000)
    expect(balancer.performanceHistory.has('gone-10049')).toBe(true)
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses a learning rate of %d', (learningRate) => {
    expect(() => new AdaptiveLoadBalancer(pool(1), { learningRate })).toThrow(/learningRate must be 0 … 1, got/)
  })
})
