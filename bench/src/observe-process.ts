import { MCPClientPool } from 'mcp-client-pool'
import { legacyCall } from './contenders/message.js'
import { median } from './statistics.js'

/** The process behind the last rows of `observe`: `node observe-process.js CLIENTS URL…`. Sends what one look costs, in ms of CPU. */
const [clients, ...urls] = process.argv.slice(2)
process.on('disconnect', () => process.exit(0))

const size = Number(clients)
const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })), minSize: size, maxSize: size, metrics: {} })
await pool.start()
// Of each client there is something to tell.
let id = 0
const caller = async (): Promise<void> => {
  while (id < 20 * size) await pool.request(legacyCall(++id))
}
await Promise.all(Array.from({ length: 64 }, caller))

const statistics = await costOf(() => void pool.getStatistics())
const scrape = await costOf(() => pool.metricsCollector!.registry.metrics())
process.send!({ statistics, scrape })

/** Median over rounds of ten: the clock of the CPU is coarse. */
async function costOf(look: () => unknown): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round < 30; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < 10; i++) await look()
    const { user, system } = process.cpuUsage(before)
    rounds.push((user + system) / 10_000)
  }
  return median(rounds.slice(10))
}
