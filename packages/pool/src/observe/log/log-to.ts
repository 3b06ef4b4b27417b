import { PoolError } from '../../errors.js'
import type { PoolEvent } from '../../events.js'
import type { Milliseconds, Timers } from '../../ports.js'
import { tellSafely } from '../../safe-emitter.js'
import { systemTimers } from '../../system-timers.js'
import { fieldsOf, type LogFields, messageOf } from './log-line.js'
import { Repeats } from './repeats.js'
import { severityOf } from './severity.js'

/** A logger as pino's are, and the console: fields first, then the message. */
export interface PoolLogger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

/** What is logged; `MCPClientPool` has it. */
export interface LoggedPool {
  onAny(listener: (event: PoolEvent) => void): () => void
}

export interface LogOptions {
  /**
   * The same event of the same client is logged at once, and then once in this time, with the number of its repetitions. Shorten it where logs
   * are for looking at while something happens. Range 1,000 … 2,147,483,647 ms. @default 60_000
   */
  readonly window?: Milliseconds | undefined
}

/**
 * Writes a line for each event of the pool, by its severity; returns what ends that. To be called before `pool.start()`.
 *
 *     logTo(pool, pino())
 *
 * A line has the fields of the event, with its name as `event`, and never a secret. What comes again within `window` is
 * counted, and told of at its end with `repeated`; what is not told of yet when the pool is shut down, or logging ended, is told of then.
 *
 * @throws PoolError `CONFIG` for a `window` out of its range
 */
export function logTo(pool: LoggedPool, logger: PoolLogger, options: LogOptions = {}): () => void {
  const { window = 60_000 } = options
  if (!Number.isFinite(window) || window < 1_000 || window > 2_147_483_647) throw new PoolError('CONFIG', `window must be 1000 … 2147483647 ms, got ${window}`)
  // A process that has nothing else to do need not stay for the last repetitions.
  return logEvents(pool, logger, window, systemTimers({ keepsAlive: false }))
}

/** The same on a time of the caller's. */
export function logEvents(pool: LoggedPool, logger: PoolLogger, window: Milliseconds, timers: Timers): () => void {
  const repeats = new Repeats<PoolEvent>(timers, window, (event, repeated) => {
    const fields = fieldsOf(event)
    const line = repeated === 0 ? fields : { ...fields, repeated }
    tellSafely('log', () => logger[severityOf(event)](line, messageOf(fields, repeated)))
  })
  const unlisten = pool.onAny((event) => {
    // The last of a pool must not be followed by what was before it.
    if (event.name === 'shutdown') repeats.flush()
    repeats.add(keyOf(event), event)
    if (event.name === 'shutdown') repeats.flush()
  })
  return () => {
    unlisten()
    repeats.flush()
  }
}

/** What is the same: an event of a client, or of what else it is about where it is of no client. */
function keyOf(event: PoolEvent): string {
  const { name, clientId, endpoint, authorizationServer, source } = event as PoolEvent & Readonly<Record<string, unknown>>
  return `${name} ${String(clientId ?? endpoint ?? authorizationServer ?? source)}`
}
