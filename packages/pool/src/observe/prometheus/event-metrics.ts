import type { EventEmitter } from 'node:events'
import type { PoolEvents } from '../../events.js'
import type { NumberDefinition } from './definition.js'

/** A counter of events, perhaps by what one field of them says. */
interface EventMetric {
  readonly name: string
  readonly help: string
  readonly event: keyof PoolEvents
  /** A field of the event, and all that it may say. */
  readonly label?: readonly [field: string, values: readonly string[]]
}

const EVENTS: readonly EventMetric[] = [
  {
    name: 'mcp_pool_ejections_total',
    help: 'Clients that were taken out for what their calls came to.',
    event: 'client:ejected',
    label: ['reason', ['failing', 'slow', 'unresponsive']],
  },
  { name: 'mcp_pool_ejection_returns_total', help: 'Clients that came back from it.', event: 'client:returned' },
  { name: 'mcp_pool_circuit_openings_total', help: 'Circuit breakers that opened.', event: 'circuit:opened' },
  { name: 'mcp_pool_unhealthy_total', help: 'Clients that became unhealthy: they failed too often in a row.', event: 'client:unhealthy' },
  { name: 'mcp_pool_disconnections_total', help: 'Connections that were lost.', event: 'client:disconnected' },
  { name: 'mcp_pool_recoveries_total', help: 'Clients that were connected again.', event: 'client:recovered' },
  { name: 'mcp_pool_recovery_failures_total', help: 'Clients that could not be connected again, and are tried later.', event: 'client:recovery-failed' },
  {
    name: 'mcp_pool_sessions_lost_total',
    help: 'Sessions that servers forgot, or that had to move: of the pool, or of callers with one of their own.',
    event: 'session:lost',
    label: ['owner', ['pool', 'caller']],
  },
  { name: 'mcp_pool_sessions_restored_total', help: 'Sessions that were opened again.', event: 'session:restored', label: ['owner', ['pool', 'caller']] },
  { name: 'mcp_pool_tokens_renewed_total', help: 'Tokens that came, the first of each included.', event: 'token:renewed' },
  { name: 'mcp_pool_token_failures_total', help: 'Tokens that could not be had.', event: 'token:failed' },
  { name: 'mcp_pool_retry_budget_exhaustions_total', help: 'Times at which the retry budget began to refuse repeats.', event: 'retry-budget:exhausted' },
  { name: 'mcp_pool_discovery_failures_total', help: 'Times at which the source of endpoints began not to answer.', event: 'discovery:failed' },
  { name: 'mcp_pool_tool_changes_total', help: 'Changes of the tools that endpoints list.', event: 'endpoint:tools-changed' },
]

/** Counts the events of one pool. They are rare: what happens for every call is counted elsewhere. */
export class EventMetrics {
  readonly definitions: readonly NumberDefinition[]
  readonly #counts = EVENTS.map(({ label }) => new Map<string, number>((label?.[1] ?? ['']).map((value) => [value, 0])))
  readonly #listeners = EVENTS.map(({ label }, index) => (payload?: object) => {
    const counts = this.#counts[index]!
    const value = label === undefined ? '' : String(Reflect.get(payload ?? {}, label[0]))
    counts.set(value, (counts.get(value) ?? 0) + 1)
  })

  constructor() {
    this.definitions = EVENTS.map(({ name, help, label }, index) => ({
      name,
      type: 'counter',
      help,
      labels: label === undefined ? [] : [label[0]],
      values: () => Array.from(this.#counts[index]!, ([value, count]) => [label === undefined ? {} : { [label[0]]: value }, count]),
    }))
  }

  listen(pool: EventEmitter): void {
    for (const [index, { event }] of EVENTS.entries()) pool.on(event, this.#listeners[index]!)
  }

  stop(pool: EventEmitter): void {
    for (const [index, { event }] of EVENTS.entries()) pool.off(event, this.#listeners[index]!)
  }
}
