import { MCPClientPool } from 'mcp-client-pool'
import type { CommandContext } from '../command.js'
import { chaos } from './chaos.js'
import { Happenings } from './happenings.js'
import { Ledger } from './ledger.js'
import { Load } from './load.js'
import { Replica, type ReplicaEra } from './replica.js'
import { summary } from './summary.js'
import { View } from './view.js'
import { watchPool } from './watch-pool.js'

export interface DemoOptions {
  readonly era: 'modern' | 'legacy' | 'mixed'
  /** Calls a second. */
  readonly rate: number
  /** In milliseconds; 0: until a signal. */
  readonly duration: number
}

const ERAS: Readonly<Record<DemoOptions['era'], readonly ReplicaEra[]>> = {
  modern: ['modern', 'modern', 'modern'],
  legacy: ['legacy', 'legacy', 'legacy'],
  mixed: ['modern', 'legacy', 'modern'],
}

/** Servers, pool, load and trouble, until the time is over, a signal comes or nobody reads any more. */
export async function runDemo({ era, rate, duration }: DemoOptions, context: CommandContext): Promise<number> {
  const { stdout } = context
  const ledger = new Ledger()
  const replicas = ERAS[era].map((replicaEra, index) => new Replica(`server-${index + 1}`, replicaEra, ledger))
  const view = new View(stdout, context.env)
  const happenings = new Happenings(view.onHappening)
  const end = endOf(duration, context)
  try {
    await Promise.all(replicas.map((replica) => replica.start()))
    for (const { url, name, era: spoken, pid } of replicas) happenings.add(url, `${name} (${spoken}) started as process ${pid}`)

    // Short, so that a server that is paused is noticed while it is.
    const pool = new MCPClientPool({
      endpoints: replicas.map(({ url, name }) => ({ url, id: name })),
      minSize: replicas.length,
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      callTimeout: 15_000,
      healthCheckInterval: 1_000,
      healthCheckTimeout: 500,
      unhealthyThreshold: 2,
      healthyThreshold: 1,
      retryDelay: 100,
      maxRetryDelay: 1_000,
    })
    watchPool(pool, happenings)
    const load = new Load(pool, ledger, (what) => happenings.add(undefined, what))
    try {
      await pool.start()
      view.start(pool, load, happenings)
      load.start(rate)
      await chaos(replicas, end, (replica, what) => happenings.add(replica.url, what))
    } finally {
      await load.stop()
      view.stop()
      await pool.shutdown({ timeout: 1_000 })
    }
    const { lines, exitCode } = summary(load.counts, ledger)
    for (const line of lines) stdout.line(line)
    return exitCode
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()))
  }
}

/** Aborts when the demo is to end. The timer does not keep the process alive. */
function endOf(duration: number, { interruption, stdout }: CommandContext): AbortSignal {
  const end = new AbortController()
  const abort = (): void => end.abort()
  interruption.signal.addEventListener('abort', abort, { once: true })
  stdout.closed.addEventListener('abort', abort, { once: true })
  if (duration > 0) setTimeout(abort, duration).unref()
  return end.signal
}
