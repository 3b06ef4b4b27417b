import { setTimeout as sleep } from 'node:timers/promises'
import { whenOrphaned } from './orphan.js'

/*
 * Stops a process for a while: node pause.js PID MILLISECONDS
 *
 * A process of its own, because a stopped server cannot notice that its parent is gone. If the demo is killed with
 * SIGKILL in the middle of a pause, this one is left to wake the server, which then sees that it is an orphan and ends.
 */

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
const [pid = Number.NaN, pause = 0] = process.argv.slice(2).map(Number)
const orphaned = new AbortController()
whenOrphaned(() => orphaned.abort())

signal('SIGSTOP')
await sleep(pause, undefined, { signal: orphaned.signal }).catch(() => undefined)
signal('SIGCONT')
process.exit(0)

function signal(name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already: there is nothing to stop or to wake.
  }
}
