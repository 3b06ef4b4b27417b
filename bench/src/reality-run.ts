import { MCPClientPool, PoolError } from 'mcp-client-pool'
import { type Summary, summarize, Tally, type Workload, workloadOf } from 'mcp-client-pool/testing'
import type { Contender, RealityCase } from './reality-cases.js'
import type { RealFleet, RealReplica } from './reality-fleet.js'

export interface RealResult extends Summary {
  /** Requests that reached a server over calls that were made, less 1. */
  readonly extra: number
  /** What the machine adds to a call on average, in ms: calls that are made and answers that are given later than they were due. */
  readonly late: number
}

/**
 * One run on real servers: the calls of `seed` at the times at which they are due, whatever became of those before (an open
 * loop), and each latency counts from the time at which the call was due, not from when this process came to make it.
 */
export async function runOnServers(reality: RealityCase, contender: Contender, fleet: RealFleet, seed: number): Promise<RealResult> {
  const { scenario } = reality
  const workload = workloadOf(scenario, seed)
  const tally = new Tally(workload)
  const { loadBalancingAlgorithm, ...options } = { loadBalancingAlgorithm: undefined, ...scenario.pool, ...contender.options }
  const algorithm = contender.policy === 'pool' ? loadBalancingAlgorithm : contender.policy
  const pool = new MCPClientPool({
    ...options,
    ...(algorithm !== undefined && { loadBalancingAlgorithm: algorithm }),
    endpoints: fleet.replicas.map(({ url }) => ({ url })),
    // Where one is drained nobody takes its place meanwhile: a second client would bring another replica twice its share of a round robin.
    minSize: fleet.replicas.length - (scenario.restarts === undefined ? 0 : 1),
    maxSize: fleet.replicas.length,
  })
  await pool.start()
  await connected(pool, pool.config.minSize)
  for (const { url } of fleet.replicas) if (!pool.getHealthyClients().some(({ endpointLabel }) => endpointLabel === url)) await pool.createClient({ url })
  const start = performance.now()
  const now = (): number => performance.now() - start
  const events = [...troubles(reality, fleet, now), ...restarts(reality, pool, fleet, now)]
  try {
    const [late] = await Promise.all([arrive(workload, now, (call) => make(pool, reality, tally, call, now)), ...events])
    for (let call = 0; call < workload.size; call++) {
      if (!scenario.tools[workload.tool[call]!]!.safe) for (let i = fleet.ledger.count('append', String(call)); i > 0; i--) tally.executed(call)
    }
    const tallies = await fleet.tallies()
    const asked = tallies.reduce((sum, each) => sum + each.asked, 0)
    const serversLate = tallies.reduce((sum, each) => sum + each.late * each.asked, 0) / asked
    return { ...summarize(tally, scenario), extra: asked / workload.size - 1, late: late + serversLate }
  } finally {
    await pool.shutdown({ timeout: 0 })
  }
}

/** Until the code is compiled, here and in the servers: so many calls that take no time, 64 at once, with nothing wrong. */
export async function warmUp(fleet: RealFleet, calls: number): Promise<void> {
  for (const replica of fleet.replicas) await replica.child.order('suffer', {})
  const pool = new MCPClientPool({
    endpoints: fleet.replicas.map(({ url }) => ({ url })),
    maxSize: fleet.replicas.length,
    loadBalancingAlgorithm: 'round-robin',
  })
  await pool.start()
  await connected(pool, fleet.replicas.length)
  let left = calls
  const caller = async (): Promise<void> => {
    while (left > 0) await pool.request({ jsonrpc: '2.0', id: left--, method: 'tools/call', params: { name: 'work', arguments: { ms: 0 } } })
  }
  await Promise.all(Array.from({ length: 64 }, caller))
  await pool.shutdown()
  await fleet.recover()
}

/** `start` resolves with the first client; a run begins with all. */
async function connected(pool: MCPClientPool, count: number): Promise<void> {
  while (pool.getHealthyClients().length < count) await new Promise((resolve) => pool.once('client:connected', resolve))
}

/** Makes every call when it is due. Resolves when the last has ended, with how much later than due they were made on average. */
function arrive(workload: Workload, now: () => number, make: (call: number) => Promise<void>): Promise<number> {
  const calls: Array<Promise<void>> = []
  let late = 0
  return new Promise((resolve, reject) => {
    const tick = (): void => {
      while (calls.length < workload.size) {
        const wait = workload.at[calls.length]! - now()
        if (wait > 0) return void setTimeout(tick, wait)
        late -= wait
        calls.push(make(calls.length))
      }
      Promise.all(calls).then(() => resolve(late / workload.size), reject)
    }
    tick()
  })
}

async function make(pool: MCPClientPool, { scenario }: RealityCase, tally: Tally, call: number, now: () => number): Promise<void> {
  const { workload } = tally
  const { name } = scenario.tools[workload.tool[call]!]!
  const request = { jsonrpc: '2.0', id: call, method: 'tools/call', params: { name, arguments: { ms: workload.work[call]!, key: String(call) } } } as const
  try {
    const response = await pool.request(request)
    if ('result' in response) tally.answered(call, now())
    else tally.failedWith(call, String(response.error.code), now())
  } catch (error) {
    tally.failedWith(call, error instanceof PoolError ? error.code : 'THROWN', now())
  }
}

/** Whatever changes while the run lasts, at its time. */
function troubles({ scenario, deaf }: RealityCase, fleet: RealFleet, now: () => number): Array<Promise<void>> {
  return fleet.replicas.flatMap((replica) =>
    replica.group.troubles
      .flatMap(({ when }) => [when.from, when.until])
      .filter((at) => at > 0 && at < scenario.duration)
      .map(async (at) => {
        await until(at, now)
        await (deaf === true ? replica.goDeaf() : replica.suffer(at))
      }),
  )
}

function restarts({ scenario }: RealityCase, pool: MCPClientPool, fleet: RealFleet, now: () => number): Array<Promise<void>> {
  const plan = scenario.restarts
  if (plan === undefined) return []
  const those = fleet.replicas.filter(({ group }) => plan.group === undefined || group.name === plan.group)
  const times = Array.from({ length: Math.ceil((scenario.duration - plan.first) / plan.every) }, (_, turn) => plan.first + turn * plan.every)
  const away = new Set<RealReplica>()
  return times.map(async (at, turn) => {
    await until(at, now)
    const replica = those[turn % those.length]!
    // Its last restart is not over.
    if (away.has(replica)) return
    away.add(replica)
    await restart(replica, plan.drain > 0, pool)
    away.delete(replica)
  })
}

/** In the order in which an operator does it: no new calls, the end of those under way, the process, and back into use. */
async function restart(replica: RealReplica, drained: boolean, pool: MCPClientPool): Promise<void> {
  if (drained) await pool.drain(replica.url)
  await replica.die()
  await replica.child.restart()
  if (drained) await pool.createClient({ url: replica.url })
}

function until(at: number, now: () => number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - now())))
}
