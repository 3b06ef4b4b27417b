import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EndpointOptions, MCPClientPool, type PoolOptions, type Resolver, type ResolverListener } from 'mcp-client-pool'
import { registries } from './discovery-registries.js'

/** The process behind one row of `discovery`: `node discovery-process.js MODE ROUNDS ENDPOINTS URL…`. Sends its figures. */
const [mode, rounds, endpoints, ...urls] = process.argv.slice(2)
process.on('disconnect', () => process.exit(0))

/** Longer than answers are gathered for, so that each is read by itself. */
const APART = 60

/** A source that says what the bench says. */
class Told implements Resolver {
  tell: (set: readonly EndpointOptions[]) => void = () => {}
  readonly #first: readonly EndpointOptions[]

  constructor(first: readonly EndpointOptions[]) {
    this.#first = first
  }

  watch(listener: ResolverListener): void {
    this.tell = (set) => listener.onFound(set)
    queueMicrotask(() => this.tell(this.#first))
  }

  async close(): Promise<void> {}
}

/** So many that a pool needs only some of them, and each answers; as a registry's answer is parsed. */
const set = (anew: number): EndpointOptions[] => JSON.parse(JSON.stringify(described(anew))) as EndpointOptions[]

const described = (anew: number): EndpointOptions[] =>
  Array.from({ length: Number(endpoints) }, (_, at) => ({
    url: server(at),
    id: `node-${at}/mcp`,
    weight: at === anew % Number(endpoints) ? 2 : 1,
    zone: `zone-${at % 3}`,
    tags: ['mcp', 'v1'],
  }))

/** A url of its own for each of them. */
const server = (at: number): string => `${urls[at % urls.length]}?node=${at}`

const found = (count: number): EndpointOptions[] => urls.slice(0, count).map((url) => ({ url }))

const modes: Record<string, () => Promise<Record<string, unknown>>> = {
  // One endpoint has another weight each time, and the next time the one after it.
  'same objects': () => changes((before, round) => before.with(round, { ...before[round]!, weight: 2 })),
  'new objects': () => changes((_, round) => set(round)),
  'one more': () => changes((before) => [...before, { url: server(before.length), weight: 1 }]),
  resolver: async () => {
    const source = new Told(found(1))
    return picks({ serviceDiscovery: source }, async (count) => {
      const begin = performance.now()
      source.tell(found(count))
      return begin
    })
  },
  file: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-discovery-'))
    const path = join(directory, 'servers.json')
    const put = async (count: number): Promise<void> => {
      await writeFile(`${path}.new`, JSON.stringify(found(count)))
      await rename(`${path}.new`, path)
    }
    await put(1)
    const figures = await picks({ serviceDiscovery: { type: 'file', path } }, async (count) => {
      const begin = performance.now()
      await put(count)
      return begin
    })
    await rm(directory, { recursive: true })
    return figures
  },
}
process.send!(await (modes[mode!] ?? registry)())

/** CPU that the pool takes for an answer in which one endpoint is described otherwise, and how many clients it made for it. */
async function changes(next: (before: EndpointOptions[], round: number) => EndpointOptions[]): Promise<Record<string, unknown>> {
  let answer = set(-1)
  const source = new Told(answer)
  const pool = await started({ serviceDiscovery: source })
  const connections = pool.metrics.totalConnections
  const times: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    answer = next(answer, round)
    await sleep(APART)
    const begin = process.cpuUsage()
    source.tell(answer)
    const { user, system } = process.cpuUsage(begin)
    times.push((user + system) / 1_000)
  }
  const figures = { times, changes: pool.getStatistics().discovery!.changes - 1, needless: pool.metrics.totalConnections - connections }
  await pool.shutdown({ timeout: 0 })
  return figures
}

/** `mode` is the name of a registry. */
async function registry(): Promise<Record<string, unknown>> {
  const { options, apart, tell, close } = await registries[mode!]!(urls.slice(0, 1))
  const figures = await picks({ serviceDiscovery: options }, (count) => tell(urls.slice(0, count)), apart)
  await close()
  return figures
}

/** How long it takes from telling of one more server, which `tell` resolves with the time of, until it may be picked. */
async function picks(options: PoolOptions, tell: (count: number) => Promise<number>, apart: number = 2 * APART): Promise<Record<string, unknown>> {
  const pool = await started({ ...options, maxSize: urls.length })
  const times: number[] = []
  for (let count = 2; count <= Number(rounds) + 1; count++) {
    const url = urls[count - 1]!
    const there = new Promise<number>((resolve) => {
      pool.setMaxListeners(0).on('client:connected', ({ endpoint }) => {
        if (endpoint === url && pool.getHealthyClients().some((client) => client.endpointLabel === url)) resolve(performance.now())
      })
    })
    await sleep(apart)
    const begin = await tell(count)
    times.push((await there) - begin)
  }
  await pool.shutdown({ timeout: 0 })
  return { times }
}

async function started(options: PoolOptions): Promise<MCPClientPool> {
  const pool = new MCPClientPool(options)
  await pool.start()
  return pool
}
