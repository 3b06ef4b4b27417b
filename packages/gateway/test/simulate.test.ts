import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli, startCli } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'mcp-pool-simulate-'))
const FLEET = join(folder, 'fleet.yaml')
writeFileSync(
  FLEET,
  `name: mine
about: two replicas
calls: 3000
quickCalls: 300
utilisation: 0.7
tools:
  - { name: read, safe: true, service: 20ms }
  - { name: write, safe: false, service: { exponential: 50ms } }
replicas:
  - { name: good, slots: 4 }
  - { name: bad, slots: 4, troubles: [{ fail: 0.1 }] }
policies: [central-queue, pool, two-choices]
`,
)

describe('mcp-pool simulate', () => {
  it('prints a table of a scenario that ships', async () => {
    const { code, stdout, stderr } = await runCli(['simulate', 's8', '--quick', '--policy', 'pool', '--policy', 'central-queue'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^S8 rolling restart: drained .*\npolicy +mean +\/ central +p50 +p99 +p99\.9 +queueing +slowdown +failed % /)
    expect(stdout.match(/^pool +\d/gm)).toHaveLength(2)
    // Drained: nothing is lost.
    expect(stdout).toMatch(/^pool( +\S+ m?s)+.* 0 +100 +10000 /m)
  })

  it('gives the same bytes for the same seed, and others for another', async () => {
    const [first, again, other] = await Promise.all(['5', '5', '6'].map((seed) => runCli(['simulate', FLEET, '--seed', seed, '--seeds', '2', '--json'])))
    expect(first!.code).toBe(0)
    expect(again!.stdout).toBe(first!.stdout)
    expect(other!.stdout).not.toBe(first!.stdout)
    const [report] = JSON.parse(first!.stdout) as [
      { scenario: string; seeds: number[]; results: Array<{ policy: string; runs: Array<{ calls: number; unsafeRepeats: number }> }> },
    ]
    expect(report).toMatchObject({ scenario: 'mine', seeds: [5, 6] })
    expect(report.results.map(({ policy, runs }) => [policy, runs.map(({ calls }) => calls)])).toEqual([
      ['central-queue', [3000, 3000]],
      ['pool', [3000, 3000]],
      ['two-choices', [3000, 3000]],
    ])
    for (const { runs } of report.results) for (const run of runs) expect(run.unsafeRepeats).toBe(0)
  })

  it.each(['svg', 'html'])('draws a plot: %s', async (kind) => {
    const path = join(folder, `plot.${kind}`)
    expect(await runCli(['simulate', FLEET, '--quick', '--plot', path])).toMatchObject({ code: 0, stderr: '' })
    const text = readFileSync(path, 'utf8')
    expect(text.match(/<polyline /g)).toHaveLength(9)
    expect(text).not.toContain('NaN')
  })

  it('ends after the run that is under way when a signal comes, with its code', async () => {
    const path = join(folder, 'long.yaml')
    writeFileSync(path, `${readFileSync(FLEET, 'utf8')}variants:\n  - { name: short, calls: 10 }\n  - { name: long, calls: 20000 }\n`)
    const { child, stdout, ended } = startCli(['simulate', path, '--seeds', '1000', '--policy', 'central-queue'])
    child.stdout!.once('data', () => child.kill('SIGINT'))
    expect(await ended).toMatchObject({ code: 130, stderr: '' })
    expect(stdout()).toContain('mine: short')
    expect(stdout()).not.toContain('mine: long')
  })

  it('names file, line and what is allowed where a scenario is wrong', async () => {
    const path = join(folder, 'wrong.yaml')
    writeFileSync(path, 'utilisation: 0.7\nservice: soon\nreplicas:\n  - slots: 4\n    speeed: 2\n')
    const { code, stdout, stderr } = await runCli(['simulate', path])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`mcp-pool simulate: ${path}:2: service must be a time such as 250ms`)
    expect(stderr).toContain(`${path}:5: replicas[0]: unknown name 'speeed'. Allowed: name, count, slots, queue, speed,`)
  })

  it.each([
    [[], 'mcp-pool simulate: Name a scenario: a file, or one of s1-alike, '],
    [['s77'], 'mcp-pool simulate: SCENARIO must be a file, or one of s1-alike, '],
    [['s1', '--policy', 'luck'], 'mcp-pool simulate: --policy must be pool, zone-blind, '],
    [['s1', '--seeds', '0'], "mcp-pool simulate: --seeds must be a whole number, 1 … 1000, got '0'"],
    [['s1', '--seed', 'x'], "mcp-pool simulate: --seed must be a whole number, 0 … 4294967295, got 'x'"],
    [['s1', '--plot', 'x.png'], "mcp-pool simulate: --plot must end with .svg or .html, got 'x.png'"],
    [['s1', 's2'], "mcp-pool simulate: Allowed: SCENARIO. Got also 's2'"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['simulate', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.slice(0, message.length)).toBe(message)
  })
})
