import type { JsonObject, ReportedMetrics } from '../../ports.js'

/**
 * The response header `endpoint-load-metrics` (ORCA, `xds/data/orca/v3/orca_load_report.proto`; formats as Envoy reads
 * them): `TEXT cpu_utilization=0.3,mem_utilization=0.8` or `JSON {"cpu_utilization":0.3}`, the word in front optional.
 * Utilisations are fractions there and percent here; other numbers keep their name. undefined: it says nothing. What servers should say: docs/load-reports.md.
 */
export function loadReport(header: string): ReportedMetrics | undefined {
  const text = header.replace(/^\s*(?:TEXT|JSON)\s+/i, '').trim()
  const fields = text.startsWith('{') ? jsonFields(text) : textFields(text)
  const metrics: { cpuUsage?: number; applicationUsage?: number; memoryUsage?: number; [name: string]: unknown } = {}
  for (const [name, value] of fields) {
    if (!Number.isFinite(value) || value < 0) continue
    if (name === 'cpu_utilization') metrics.cpuUsage = value * 100
    else if (name === 'application_utilization') metrics.applicationUsage = value * 100
    else if (name === 'mem_utilization') metrics.memoryUsage = value * 100
    else metrics[name] = value
  }
  return Object.keys(metrics).length === 0 ? undefined : metrics
}

function textFields(text: string): Array<[string, number]> {
  return text.split(',').map((pair) => {
    const at = pair.indexOf('=')
    return at < 1 ? ['', Number.NaN] : [pair.slice(0, at).trim(), number(pair.slice(at + 1))]
  })
}

function jsonFields(text: string): Array<[string, number]> {
  let report: unknown
  try {
    report = JSON.parse(text)
  } catch {
    return []
  }
  return typeof report === 'object' && report !== null ? flatten('', report as JsonObject) : []
}

/** `{"named_metrics": {"queue": 1}}` is `named_metrics.queue=1`. */
function flatten(prefix: string, report: JsonObject): Array<[string, number]> {
  return Object.entries(report).flatMap(([name, value]): Array<[string, number]> => {
    if (typeof value === 'number') return [[prefix + name, value]]
    return prefix === '' && typeof value === 'object' && value !== null ? flatten(`${name}.`, value as JsonObject) : []
  })
}

function number(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}
