import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promtool } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { MCPClientPool } from '../src/index.js'
import { MetricsCollector } from '../src/observe/prometheus/index.js'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const ALERTS = file('../monitoring/alerts.yml')
const page = readFileSync(file('../../../docs/observability.md'), 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
}
interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: ReadonlyArray<{ readonly expr: string }>
}

const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { readonly groups: ReadonlyArray<{ readonly rules: readonly Rule[] }> }
const rules = groups.flatMap((group) => group.rules)
const dashboard = JSON.parse(readFileSync(file('../monitoring/grafana-dashboard.json'), 'utf8')) as { readonly panels: readonly Panel[] }
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))

/** Series that a pool can have, by the names that queries call them. */
const known = new Set(
  Object.entries(new MetricsCollector(new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }] })).metrics).flatMap(([name, metric]) =>
    'observe' in metric ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
)
const unknownIn = (expr: string): string[] => (expr.match(/\bmcp_pool_\w+/g) ?? ['nothing']).filter((name) => !known.has(name))

describe('the alerts', () => {
  it('are rules that Prometheus takes', async () => {
    expect(await promtool(['check', 'rules', ALERTS])).toMatchObject({ code: 0, said: expect.stringContaining(`${rules.length} rules found`) })
  })

  it('fire when they should, and not otherwise', async () => {
    expect(await promtool(['test', 'rules', file('./alerts.test.yml')])).toMatchObject({ code: 0, said: expect.stringContaining('SUCCESS') })
  })

  it('are each seen to fire, and to be silent', () => {
    const { tests } = parse(readFileSync(file('./alerts.test.yml'), 'utf8')) as {
      readonly tests: ReadonlyArray<{ readonly alert_rule_test: ReadonlyArray<{ readonly alertname: string; readonly exp_alerts: readonly unknown[] }> }>
    }
    const cases = tests.flatMap(({ alert_rule_test: each }) => each)
    const names = rules.map(({ alert }) => alert)
    expect(names.filter((name) => !cases.some(({ alertname, exp_alerts: fired }) => alertname === name && fired.length > 0))).toEqual([])
    expect(names.filter((name) => !cases.some(({ alertname, exp_alerts: fired }) => alertname === name && fired.length === 0))).toEqual([])
    expect(cases.filter(({ alertname }) => !names.includes(alertname))).toEqual([])
  })

  it.each(rules.map(({ alert, expr }) => [alert, expr]))('%s asks for metrics that exist', (_, expr) => {
    expect(unknownIn(expr)).toEqual([])
  })

  it('are explained, each of them', () => {
    const [, section = ''] = /^## Alerts and a dashboard$([^]*?)(?:^## |(?![^]))/m.exec(page) ?? []
    expect([...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(rules.map(({ alert }) => alert))
  })
})

describe('the dashboard', () => {
  it('asks for metrics that exist, and for nearly all of them', () => {
    expect(queries.filter(({ expr }) => unknownIn(expr).length > 0)).toEqual([])
    const asked = new Set(queries.flatMap(({ expr }) => expr.match(/\bmcp_pool_\w+/g) ?? []))
    expect(asked.size).toBeGreaterThan(40)
  })

  it('asks what Prometheus understands', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'queries.json')
    const asRules = queries.map(({ expr }, index) => ({ record: `query:${index}`, expr: expr.replaceAll('$__rate_interval', '5m') }))
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules: asRules }] }))
    expect(await promtool(['check', 'rules', path])).toMatchObject({ code: 0, said: expect.stringContaining(`${queries.length} rules found`) })
  })

  it('has panels that lie beside each other, and under names of their own', () => {
    const { panels } = dashboard
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const overlap = (a: Panel['gridPos'], b: Panel['gridPos']): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
    expect(panels.filter((panel, i) => panels.slice(i + 1).some((other) => overlap(panel.gridPos, other.gridPos)))).toEqual([])
    expect(panels.every(({ gridPos }) => gridPos.x + gridPos.w <= 24)).toBe(true)
  })
})
