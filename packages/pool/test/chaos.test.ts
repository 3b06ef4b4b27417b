import { Child, MemoryLedger } from '@mcp-client-pool/testbed'
import { afterEach, expect, it } from 'vitest'
import { MCPClientPool, PoolError } from '../src/index.js'
import { seededRandom } from '../src/testing/index.js'

/**
 * Everything at once: three replicas in processes of their own, one killed or frozen at a time, answers that are reset, cut,
 * garbage or somebody else's, sessions that are lost; thousands of calls, a third of them unsafe. What ran is counted by
 * this process before the servers answer, so that the counts of a killed one survive.
 */
const CALLS = 10_000
const CONCURRENCY = 24
const FAULTS = ['reset-before', 'reset-after', '500', '500-after', '503', '429', 'garbage', 'wrong-type', 'foreign-id', 'cut'] as const

const stops: Array<() => Promise<unknown>> = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

it.each([
  'modern',
  'legacy',
] as const)('10,000 calls over three replicas that die, hang and lie: no safe call fails, no unsafe one runs twice (%s era)', async (era) => {
  const ledger = new MemoryLedger()
  const children = await Promise.all([1, 2, 3].map((n) => Child.start({ kind: era, options: { id: `replica-${n}` } }, { ledger })))
  stops.push(...children.map((child) => () => child.stop()))
  const pool = new MCPClientPool({
    endpoints: children.map(({ url }) => ({ url })),
    requestTimeout: 1_000,
    callTimeout: 20_000,
    // With three, one call in some hundred thousand meets four faults in a row, and one run in some dozens has such a call.
    retryAttempts: 5,
    healthCheckInterval: 500,
    healthCheckTimeout: 500,
    retryDelay: 100,
    maxRetryDelay: 1_000,
  })
  stops.push(() => pool.shutdown({ timeout: 0 }))
  await pool.start()
  const misbehave = (child: Child, seed: number) => child.order('randomFaults', 0.02, FAULTS, seed, 'tools/call')

  const random = seededRandom(era === 'modern' ? 1 : 2)
  const failedSafe: unknown[] = []
  const unsafe = new Map<string, 'answered' | PoolError>()
  let made = 0
  let done = 0
  const waiting: Array<{ at: number; resolve: () => void }> = []
  // Where a replica took long to start, more than that may be done already.
  const reached = (at: number) => new Promise<void>((resolve) => (done >= at ? resolve() : waiting.push({ at, resolve })))

  async function one(n: number): Promise<void> {
    if (random() < 1 / 3) {
      const key = `call-${n}`
      await pool.callTool({ name: 'append', arguments: { key } }).then(
        () => unsafe.set(key, 'answered'),
        (error: PoolError) => unsafe.set(key, error),
      )
    } else {
      const call = random() < 0.5 ? pool.callTool({ name: 'echo', arguments: { text: `${n}` } }) : pool.listTools({})
      await call.catch((error: unknown) => failedSafe.push(error))
    }
    done++
    for (const waiter of waiting) if (waiter.at === done) waiter.resolve()
  }
  const callers = Array.from({ length: CONCURRENCY }, async () => {
    while (made < CALLS) await one(made++)
  })

  async function disasters(): Promise<void> {
    // By then the pool knows the tools of all three: of one that it has not heard of it cannot tell that it is safe.
    await reached(300)
    await Promise.all(children.map((child, index) => misbehave(child, index)))
    for (let at = 500, n = 0; at < CALLS - 500; at += 1_000, n++) {
      await reached(at)
      const child = children[n % 3]!
      if (n % 3 === 1) {
        await child.pause()
        await reached(at + 400)
        child.resume()
      } else {
        await child.kill()
        await reached(at + 400)
        await child.restart()
        await misbehave(child, at)
      }
      if (era === 'legacy') await Promise.all(children.map((each) => each.order('forgetSessions', { closeStreams: n % 2 === 0 }).catch(() => {})))
    }
  }
  await Promise.all([...callers, disasters()])

  expect(failedSafe).toEqual([])
  expect(ledger.repeated('append')).toEqual([])
  for (const [key, end] of unsafe) {
    const ran = ledger.count('append', key)
    if (end === 'answered') expect({ key, ran }).toEqual({ key, ran: 1 })
    else {
      expect(end).toBeInstanceOf(PoolError)
      if (end.retryable) expect({ key, ran, code: end.code }).toEqual({ key, ran: 0, code: end.code })
    }
  }

  // Well again, every replica is used again.
  await Promise.all(children.map((child) => child.order('clearFaults')))
  const used = new Set<string>()
  while (used.size < 3) {
    const { structuredContent } = await pool.callTool({ name: 'whoami', arguments: {} })
    used.add((structuredContent as { server: string }).server)
  }
  // One more client may have been made while all others were out.
  expect(new Set(pool.getHealthyClients().map(({ endpoint }) => endpoint.id)).size).toBe(3)
  expect(pool.getStatistics().metrics.totalRequests).toBeGreaterThanOrEqual(CALLS)
}, 300_000)
