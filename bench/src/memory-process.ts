import { setTimeout as sleep } from 'node:timers/promises'
import { MCPClientPool, type PoolOptions } from 'mcp-client-pool'
import { legacyCall } from './contenders/message.js'

/** The process behind one row of `memory`: `node --expose-gc memory-process.js MODE NUMBERS URL…`. Sends its figures. */
const [mode, numbers, ...urls] = process.argv.slice(2)
const args = numbers === '' ? [] : numbers!.split(',').map(Number)
process.on('disconnect', () => process.exit(0))

const figures: Record<string, () => Promise<Record<string, number>>> = {
  imports: async () => ({ rss: await settledRss() }),
  idle: async () => {
    await startPool(urls, { minSize: args[0]!, maxSize: args[0]! })
    // Longer than an idle socket is kept: what remains is what an idle client costs.
    await sleep(7_000)
    return { rss: await settledRss() }
  },
  affinity: async () => {
    const pool = await startPool(urls.slice(0, 3))
    const use = async (from: number, to: number): Promise<number> => {
      for (let key = from; key < to; key++) await pool.getClient({ affinity: `project-${key}` })
      return settledHeap()
    }
    const early = await use(0, 20_000)
    return { early, late: await use(20_000, args[0]!) }
  },
  calls: async () => {
    const pool = await startPool(urls.slice(0, 8))
    let id = 0
    const call = async (until: number): Promise<number> => {
      const caller = async (): Promise<void> => {
        while (id < until) await pool.request(legacyCall(++id))
      }
      await Promise.all(Array.from({ length: 32 }, caller))
      return settledHeap()
    }
    const early = await call(args[0]!)
    return { early, late: await call(args[1]!) }
  },
}
process.send!(await figures[mode!]!())

async function startPool(endpoints: readonly string[], options: Partial<PoolOptions> = {}): Promise<MCPClientPool> {
  const pool = new MCPClientPool({ endpoints: endpoints.map((url) => ({ url })), ...options })
  await pool.start()
  return pool
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc!()
    await sleep(50)
  }
}

async function settledRss(): Promise<number> {
  await settle()
  return process.memoryUsage.rss()
}

async function settledHeap(): Promise<number> {
  await settle()
  return process.memoryUsage().heapUsed
}
