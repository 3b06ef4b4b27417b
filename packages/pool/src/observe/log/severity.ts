import type { PoolEvent } from '../../events.js'

export type Severity = 'debug' | 'info' | 'warn' | 'error'

type SeverityOf<Name extends PoolEvent['name']> = Severity | ((event: Extract<PoolEvent, { readonly name: Name }>) => Severity)

/**
 * How much each event matters to somebody who is woken by it.
 *
 *     error   the pool as a whole does less than it should: calls fail, or soon will
 *     warn    one client, session or token is in trouble, which the pool gets over by itself
 *     info    it did; or something was changed on purpose
 *     debug   steps on the way
 */
export const SEVERITIES: { readonly [Name in PoolEvent['name']]: SeverityOf<Name> } = {
  starting: 'debug',
  started: ({ failed }) => (failed > 0 ? 'warn' : 'info'),
  'client:connected': 'info',
  'client:error': 'warn',
  'client:disconnected': 'warn',
  'client:unhealthy': 'warn',
  'client:healthy': 'info',
  'client:ejected': 'warn',
  'client:returned': 'info',
  'circuit:opened': 'warn',
  'circuit:half-open': 'debug',
  'circuit:closed': 'info',
  'client:recovering': 'debug',
  'client:recovered': 'info',
  'client:recovery-failed': 'warn',
  'client:replacement-failed': 'error',
  'client:draining': 'info',
  'client:removed': 'info',
  'client:creation-failed': 'error',
  'client:disconnect-error': 'warn',
  'session:lost': 'warn',
  'session:restored': 'info',
  'endpoint:era-changed': 'info',
  'endpoint:tools-changed': 'info',
  'token:renewed': 'info',
  'token:failed': ({ usable }) => (usable ? 'warn' : 'error'),
  'overload:entered': 'error',
  'overload:left': 'info',
  'retry-budget:exhausted': 'error',
  'retry-budget:restored': 'info',
  'panic:entered': 'error',
  'panic:left': 'info',
  'balancing:changed': 'info',
  'discovery:changed': 'info',
  'discovery:failed': 'warn',
  'discovery:recovered': 'info',
  'endpoint:added': 'debug',
  'endpoint:removed': 'debug',
  notification: 'debug',
  'metrics:push-failed': 'warn',
  'metrics:push-restored': 'info',
  'shutting-down': 'info',
  shutdown: 'info',
}

export function severityOf(event: PoolEvent): Severity {
  const severity = SEVERITIES[event.name] as SeverityOf<PoolEvent['name']>
  // The table has for each name a function of that event.
  return typeof severity === 'string' ? severity : severity(event as never)
}
