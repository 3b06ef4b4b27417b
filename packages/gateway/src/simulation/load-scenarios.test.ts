import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { POLICIES } from 'mcp-client-pool/testing'
import { describe, expect, it } from 'vitest'
import { simulate } from '../commands/simulate.js'
import { loadScenarios, parseScenarios, shippedScenarios } from './load-scenarios.js'

describe('the scenarios that ship', () => {
  it('are eleven, and the help names them and all policies', () => {
    expect(shippedScenarios()).toHaveLength(11)
    for (const name of [...shippedScenarios(), ...POLICIES]) expect(simulate.help).toContain(name)
  })

  it.each(shippedScenarios())('%s is right, and is compared with the central queue', (name) => {
    const scenarios = loadScenarios(name)
    expect(scenarios.length).toBeGreaterThan(0)
    for (const { policies, about } of scenarios) {
      expect(policies.slice(0, 1)).toEqual(['central-queue'])
      expect(policies).toContain('pool')
      expect(about).not.toBe('-')
    }
  })

  it('have short names', () => {
    expect(loadScenarios('s2')).toEqual(loadScenarios('s2-one-slow'))
    expect(loadScenarios('s1')[0]!.name).toBe('S1 alike: one worker')
    expect(loadScenarios('s10')[0]!.name).toBe('S10 replays: Buoyant')
  })
})

const FLEET = `name: mine
utilisation: 0.7
service: 100ms
replicas:
  - name: usual
    count: 3
    slots: 4
`

describe('a mistake', () => {
  it.each([
    ['in a value', FLEET.replace('slots: 4', 'slots: many'), 'fleet.yaml:7: replicas[0].slots must be a whole number in 1 … 100,000, got "many"'],
    ['in a name', FLEET.replace('utilisation', 'utilization'), "fleet.yaml:2: unknown name 'utilization'. Allowed: name, about,"],
    ['in a nested name', FLEET.replace('count', 'number'), "fleet.yaml:6: replicas[0]: unknown name 'number'. Allowed: name, count, slots,"],
    ['of leaving out', FLEET.replace('    slots: 4\n', ''), 'fleet.yaml:5: replicas[0].slots must be a whole number in 1 … 100,000, and is not given'],
    ['in a variant', `${FLEET}variants:\n  - name: a\n    workers: none\n`, 'fleet.yaml:10: variants[0].workers must be a whole number'],
    [
      'in the options of the pool',
      `${FLEET}pool:\n  retryDelay: 5\n  retryAttempts: -1\n`,
      'fleet.yaml:10: pool.retryAttempts is refused by the pool: retryAttempts must be',
    ],
    ['in the YAML', `${FLEET}  - [`, 'fleet.yaml:8: '],
    ['in a JSON file', '{\n "utilisation": 0.7,\n "service": "100ms",\n "replicas": [{ "slots": 0 }]\n}', 'fleet.yaml:4: replicas[0].slots must be'],
    ['of a name given twice', `${FLEET}name: again\n`, 'fleet.yaml:8: Map keys must be unique'],
    ['of a file that is no scenario', '- 1\n', 'fleet.yaml:1: the scenario must be an object with name, about,'],
    ['of an empty file', '', 'fleet.yaml:1: the scenario must be an object with name, about,'],
  ])('%s is named with file and line', (_, text, message) => {
    expect(() => parseScenarios(text, 'fleet.yaml')).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(message) as string }),
    )
  })

  it('hides no other: all are named at once, in the order of their lines', () => {
    const text = FLEET.replace('0.7', '-1').replace('slots: 4', 'slots: 0')
    expect(() => parseScenarios(text, 'f')).toThrow(/^f:2: .*\nf:7: [^\n]*$/)
  })
})

it('reads what is replayed from a file next to the scenario, and says which line of it is wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-pool-simulate-'))
  const path = join(folder, 'mine.yaml')
  writeFileSync(path, FLEET.replace('utilisation: 0.7', 'replay: calls.csv'))
  writeFileSync(join(folder, 'calls.csv'), '# at, tool\n0\n12.5,work\n\n20, work\n')
  expect(loadScenarios(path)[0]!.arrivals).toEqual({ replay: [{ at: 0 }, { at: 12.5, tool: 'work' }, { at: 20, tool: 'work' }] })
  writeFileSync(join(folder, 'calls.csv'), '5\n4\n')
  expect(() => loadScenarios(path)).toThrow(/mine\.yaml:2: replay cannot be read: line 2 must begin with a time in milliseconds that is not before 5, got '4'/)
})

it('says what there is when a scenario is not', () => {
  expect(() => loadScenarios('s99')).toThrow(/SCENARIO must be a file, or one of s1-alike, .*s11-zones; 's99' cannot be read \(ENOENT\)/)
})
