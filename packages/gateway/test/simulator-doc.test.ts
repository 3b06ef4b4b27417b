import { readFileSync } from 'node:fs'
import { POLICIES, simulate, summarize } from 'mcp-client-pool/testing'
import { expect, it } from 'vitest'
import { parseScenarios } from '../src/simulation/load-scenarios.js'

const doc = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8')

it('shows a scenario that runs', () => {
  const [, block = ''] = /## A scenario file\n[^]*?\n\n((?: {4}.*\n)+)/.exec(doc) ?? []
  const text = block.replaceAll(/^ {4}/gm, '')
  const [scenario] = parseScenarios(text, 'docs/simulator.md')
  const few = { ...scenario!, calls: 2_000 }
  expect(summarize(simulate(few, 'pool', 1), few)).toMatchObject({ calls: 2_000, unsafeRepeats: 0 })
})

it('names every policy', () => {
  for (const policy of POLICIES) expect(doc).toContain(`\`${policy}\``)
})
