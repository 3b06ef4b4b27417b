import type { Registry } from 'prom-client'
import type { Check, OptionTable, Read } from './checks.js'
import { boolean, implementing, readMembers } from './checks.js'
import type { CollectorOptions, MetricsOptions } from './metrics-options.js'
import { Place, Problems } from './problems.js'
import { count, duration } from './quantities.js'
import { gatewayUrl } from './urls.js'

/** The rows of the table of options that `metrics-options.ts` describes. */

const row = { since: '0.1.0' } as const

type MetricsDefaults = 'enabled' | 'interval'
type CollectorDefaults = 'maxTools' | 'maxEndpoints'

export type CheckedMetrics = Read<MetricsOptions, MetricsDefaults>

export const metricsOptions: OptionTable<MetricsOptions, MetricsDefaults> = {
  enabled: { ...row, check: boolean, default: true, doc: 'Whether there is a collector.' },
  interval: { ...row, check: duration, default: 10_000, doc: 'Time between two pushes.' },
  endpoint: {
    ...row,
    check: gatewayUrl,
    otherwise: 'none: it is scraped',
    doc: 'A Pushgateway to push to, for what lives too short to be scraped: its base URL, without user, password and query.',
  },
}

const registry: Check<Registry> = implementing('Registry of prom-client', ['registerMetric', 'metrics'])

export const collectorOptions: OptionTable<CollectorOptions, CollectorDefaults> = {
  registry: {
    ...row,
    check: registry,
    otherwise: 'one of its own',
    doc: 'A registry of `prom-client` to put the metrics into, beside others. It can hold those of one pool.',
  },
  maxTools: {
    ...row,
    check: count(0, 1_000),
    default: 100,
    doc: 'Tools with labels of their own: those that were called first. All others share the label `other`.',
  },
  maxEndpoints: { ...row, check: count(0, 10_000), default: 100, doc: 'Endpoints that are shown one by one.' },
}

/** @throws PoolError `CONFIG` */
export function resolveCollectorOptions(options: CollectorOptions): Read<CollectorOptions, CollectorDefaults> {
  const problems = new Problems()
  const read = readMembers(collectorOptions, options, new Place(problems))
  problems.throwIfAny()
  // Without a problem there are some.
  return read!
}
