import type { PoolErrorCode } from '../errors.js'
import type { Progress } from '../ports.js'

/** Codes after which no other attempt is made, however far the first got: another replica would say the same. */
const FINAL: ReadonlySet<PoolErrorCode> = new Set(['AUTH_FAILED', 'CANCELLED', 'CONFIG', 'SHUTTING_DOWN', 'NOT_STARTED'])

/**
 * Whether a failed attempt may be repeated.
 *
 * | progress | safe request | anything else |
 * | --- | --- | --- |
 * | `not-sent`, `refused` | yes | yes |
 * | `sent` | yes | never: it may have run |
 * | `answered` | no | no |
 *
 * `safe` is asked only where it decides, for it looks at the tool lists of all replicas.
 */
export function mayRepeat(code: PoolErrorCode, progress: Progress, safe: () => boolean): boolean {
  if (FINAL.has(code)) return false
  switch (progress) {
    case 'not-sent':
    case 'refused':
      return true
    case 'sent':
      return safe()
    case 'answered':
      return false
  }
}

/** Whether a repeat adds to what the servers have to do. After `not-sent` it is the first request that any of them gets. */
export function putsLoadOnServers(progress: Progress): boolean {
  return progress !== 'not-sent'
}

/**
 * Whether a call has been repeated as often as it may. The session that a client lost does not count, the first time: replicas that restart
 * lose theirs together, nothing of the call was tried, and what is left of its attempts it may need for real failures.
 */
export function isExhausted(repeats: number, sessionsLost: number, { retryAttempts }: { readonly retryAttempts: number }): boolean {
  return retryAttempts === 0 || repeats >= retryAttempts + sessionsLost
}
