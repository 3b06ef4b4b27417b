import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MCPClientPool } from '../src/index.js'
import { MetricsCollector } from '../src/observe/prometheus/index.js'

const page = readFileSync(new URL('../../../docs/observability.md', import.meta.url), 'utf8')

it('the table of metrics is that of the registry', () => {
  const { registry } = new MetricsCollector(new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }] }))
  const metrics = registry.getMetricsAsArray() as unknown as ReadonlyArray<{ name: string; type: string; labelNames: readonly string[]; help: string }>
  const rows = metrics.map(
    ({ name, type, labelNames, help }) => `| \`${name}\` | ${type} | ${labelNames.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  expect(page.split('\n').filter((line) => line.startsWith('| `mcp_pool_'))).toEqual(rows)
})
