import { MCPClientPool } from 'mcp-client-pool'
import type { CommandContext } from '../command.js'
import { Happenings } from '../status/happenings.js'
import { chaos } from './chaos.js'
import { Ledger } from './ledger.js'
import { Load } from './load.js'
import { type MetricsServer, serveMetrics } from './metrics-server.js'
import { Replica, type ReplicaEra } from './replica.js'
import { summary } from './summary.js'
import { View } from './view.js'
import { watchPool } from './watch-pool.js'

export interface DemoOptions {
  readonly era: 'modern' | 'legacy' | 'mixed'
  /** Calls a second. */
  readonly rate: number
  /** For what it shows, on loopback; 0: a free one. */
  readonly port: number
  /** In milliseconds; 0: until a signal. */
  readonly duration: number
}

const ERAS: Readonly<Record<DemoOptions['era'], readonly ReplicaEra[]>> = {
  modern: ['modern', 'modern', 'modern'],
  legacy: ['legacy', 'legacy', 'legacy'],
  mixed: ['modern', 'legacy', 'modern'],
}

/** Servers, pool, load and trouble, until the time is over, a signal comes or nobody reads any more. */
export async function runDemo({ era, rate, port, duration }: DemoOptions, context: CommandContext): Promise<number> {
  const { stdout } = context
  const ledger = new Ledger()
  const replicas = ERAS[era].map((replicaEra, index) => new Replica(`server-${index + 1}`, replicaEra, ledger))
  const view = new View(stdout, context.env)
  const happenings = new Happenings(view.onHappening)
  const end = new AbortController()
  context.interruption.signal.addEventListener('abort', () => end.abort(), { once: true })
  stdout.closed.addEventListener('abort', () => end.abort(), { once: true })
  try {
    await Promise.all(replicas.map((replica) => replica.start()))
    for (const { url, name, era: spoken, pid } of replicas) happenings.add(url, `${name} (${spoken}) started as process ${pid}`)

    // Impatient with a server, so that a pause is noticed while it lasts, and patient with a call, also on a busy machine.
    const pool = new MCPClientPool({
      endpoints: replicas.map(({ url, name }) => ({ url, id: name })),
      minSize: replicas.length,
      maxSize: replicas.length,
      connectionTimeout: 2_000,
      requestTimeout: 2_000,
      callTimeout: 30_000,
      retryAttempts: 20,
      healthCheckInterval: 1_000,
      healthCheckTimeout: 1_000,
      unhealthyThreshold: 2,
      healthyThreshold: 1,
      retryDelay: 100,
      maxRetryDelay: 1_000,
      metrics: { enabled: true },
    })
    watchPool(pool, happenings)
    let shown: MetricsServer | undefined
    const load = new Load(pool, ledger, (what) => happenings.add(undefined, what))
    try {
      await pool.start()
      shown = await serveMetrics(pool.metricsCollector!.handler, port)
      view.start(pool, load, happenings, shown.url)
      load.start(rate)
      if (duration > 0) setTimeout(() => end.abort(), duration).unref()
      await chaos(replicas, end.signal, (replica, what) => happenings.add(replica.url, what))
    } finally {
      await load.stop()
      view.stop()
      await shown?.close()
      await pool.shutdown({ timeout: 1_000 })
    }
    const { lines, exitCode } = summary(load.counts, ledger)
    for (const line of lines) stdout.line(line)
    return exitCode
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()))
  }
}
