import { expect, it } from 'vitest'
import type { Option } from './checks.js'
import { discoveryTypes } from './discovery-schema.js'
import { authOptions, stdioEndpointOptions, tlsOptions, urlEndpointOptions } from './endpoint-schema.js'
import { collectorOptions, metricsOptions } from './metrics-schema.js'
import { Place, Problems } from './problems.js'
import { hedgeOptions, retryBudgetOptions } from './resilience-schema.js'
import { openTelemetryOptions } from './open-telemetry.js'
import { poolOptions } from './schema.js'

/** `docs/options.md` is what this prints. After a change of the tables: `npx vitest run packages/pool/src/config/options-table.test.ts -u`. */
const document = `# Options

Durations are in milliseconds, sizes in bytes. An option that is \`undefined\` has its default. Everything is checked when the pool
is constructed: a wrong value, an unknown name, a relation that cannot be. The \`PoolError\` with code \`CONFIG\` names all of them and shows no secret.

## Of the pool

${table(poolOptions)}

### \`retryBudget\`

${table(retryBudgetOptions)}

### \`hedge\`

Hedging helps against interference: a neighbour that takes the CPU, a pause, a queue on one replica. It does not shorten requests that are long
by themselves, which are as long elsewhere. Where work is heavy-tailed, the slowest 5% of the calls hold half of it, and \`after: 'p95'\` does much of that half twice:
on replicas that are 70% busy the mean rises by about 30% (simulated: 20 to 65%, by their slots), on busier ones it doubles, on half idle ones nobody notices. Turn it off for such calls (\`{ hedge: false }\` on the call), or give \`after\` a time that only a replica in trouble takes.
\`mcp-pool simulate\` tells beforehand: see [the simulator](simulator.md).

${table(hedgeOptions)}

### \`metrics\`

${table(metricsOptions)}

## \`serviceDiscovery\`

${Object.entries(discoveryTypes)
  .map(([type, { options }]) => `### \`type: '${type}'\`\n\n${table(options)}`)
  .join('\n\n')}

## Of an endpoint over HTTP

${table(urlEndpointOptions)}

### \`auth\` as an object

${table(authOptions)}

### \`tls\`

${table(tlsOptions)}

## Of an endpoint over stdio

${table(stdioEndpointOptions)}

## Of a \`MetricsCollector\`

${table(collectorOptions)}

## Of \`openTelemetry\`

${table(openTelemetryOptions)}
`

function table(options: Readonly<Record<string, Option<unknown>>>): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const { check, since, doc } = option
    return [`\`${name}\``, check.type.replaceAll('|', '\\|'), check.unit ?? '', check.range ?? '', fallback(option), since, doc]
  })
  return [['Option', 'Type', 'Unit', 'Range', 'Default', 'Since', 'Effect'], Array(7).fill('---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function fallback(option: Option<unknown>): string {
  if (option.required) return 'required'
  if (option.otherwise !== undefined) return option.otherwise
  if (typeof option.default === 'number') return option.default.toLocaleString('en')
  return option.default === undefined ? '' : `\`${JSON.stringify(option.default)}\``.replaceAll('"', "'")
}

it('of the docs is that of the schema', async () => {
  await expect(document).toMatchFileSnapshot('../../../../docs/options.md')
})

it('has a default that its own check takes, everywhere', () => {
  const problems = new Problems()
  const tables: Readonly<Record<string, Option<unknown>>> = {
    ...poolOptions,
    ...retryBudgetOptions,
    ...hedgeOptions,
    ...urlEndpointOptions,
    ...stdioEndpointOptions,
    ...metricsOptions,
    ...collectorOptions,
    ...Object.assign({}, ...Object.values(discoveryTypes).map(({ options }) => options)),
  }
  for (const [name, { check, default: value }] of Object.entries(tables)) {
    if (value !== undefined) check.read(value, new Place(problems, name))
  }
  expect(() => problems.throwIfAny()).not.toThrow()
})
