import { setTimeout as sleep } from 'node:timers/promises'
import type { Replica } from './replica.js'

/** A round, in milliseconds from its start: one server is killed and another stopped; all are well before the next round. */
const ROUND = 8_000
const KILL_AT = 1_000
const PAUSE_AT = 2_000
const RESTART_AT = 2_500
const PAUSE_LENGTH = 4_000

/**
 * Kills one server and pauses another, round after round, each in its turn, until the signal aborts; nobody is paused when
 * it resolves. `say` is told what happened to whom.
 */
export async function chaos(replicas: readonly Replica[], signal: AbortSignal, say: (replica: Replica, what: string) => void): Promise<void> {
  const wait = (milliseconds: number): Promise<void> => sleep(milliseconds, undefined, { signal })
  async function killAndRestart(victim: Replica): Promise<void> {
    await wait(KILL_AT)
    await victim.kill()
    say(victim, 'killed')
    await wait(RESTART_AT - KILL_AT)
    await victim.start()
    say(victim, `restarted as process ${victim.pid}`)
  }
  async function pauseAndResume(sleeper: Replica): Promise<void> {
    await wait(PAUSE_AT)
    say(sleeper, 'paused')
    await sleeper.pause(PAUSE_LENGTH)
    say(sleeper, 'resumed')
  }
  const resumeAll = (): void => void Promise.all(replicas.map((replica) => replica.resume()))
  signal.addEventListener('abort', resumeAll, { once: true })
  for (let round = 0; !signal.aborted; round++) {
    const victim = replicas[round % replicas.length]
    const sleeper = replicas[(round + 1) % replicas.length]
    if (victim === undefined || sleeper === undefined) return
    const ends = await Promise.allSettled([killAndRestart(victim), pauseAndResume(sleeper), wait(ROUND)])
    const failed = ends.find((result) => result.status === 'rejected')
    if (failed !== undefined && !signal.aborted) throw failed.reason
  }
}
