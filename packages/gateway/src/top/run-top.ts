import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandContext } from '../command.js'
import { ExitCode } from '../exit-code.js'
import { isRedrawable } from '../terminal/paint.js'
import type { StatisticsSource } from './fetch-statistics.js'
import { LiveTable } from './live-table.js'
import { Look } from './look.js'
import { JsonLines, PlainBlocks, type TopDisplay } from './top-display.js'

export interface TopOptions {
  readonly source: StatisticsSource
  /** Between two looks, in milliseconds. */
  readonly interval: number
  readonly once: boolean
  readonly json: boolean
}

/**
 * Looks at a pool's statistics again and again, and shows them, until somebody has seen enough. The first look must succeed; when a later one
 * fails, what was seen last stays, with the reason, and it is tried again.
 */
export async function runTop({ source, interval, once, json }: TopOptions, context: CommandContext): Promise<number> {
  const end = new AbortController()
  const stop = (): void => end.abort()
  context.interruption.signal.addEventListener('abort', stop, { once: true })
  context.stdout.closed.addEventListener('abort', stop, { once: true })
  const look = new Look(source)
  const display = displayFor(context, json, once, stop)
  try {
    display.show(await look.now(end.signal))
    while (!once && !end.signal.aborted) {
      await sleep(interval, undefined, { signal: end.signal }).catch(() => {})
      if (end.signal.aborted || display.paused) continue
      const watched = await look.now(end.signal)
      if (!end.signal.aborted) display.show(watched)
    }
  } finally {
    display.close()
  }
  return context.interruption.code ?? ExitCode.ok
}

function displayFor(context: CommandContext, json: boolean, once: boolean, stop: () => void): TopDisplay {
  if (json) return new JsonLines(context)
  return !once && isRedrawable(context.stdout, context.env) ? new LiveTable(context, stop) : new PlainBlocks(context)
}
