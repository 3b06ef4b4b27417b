import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { BIN, runCli } from './run-cli.js'

const URL_A = 'http://127.0.0.1:9/mcp'

describe('mcp-pool', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([['--help'], ['-h'], ['help']])('%s lists the commands', async (flag) => {
    const { code, stdout, stderr } = await runCli([flag])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const command of ['demo', 'call', 'tools', 'top', 'simulate']) expect(stdout).toContain(`\n  ${command} `)
  })

  it.each(['demo', 'call', 'tools', 'top', 'simulate'])('%s --help shows its usage, whatever else is given', async (command) => {
    const { code, stdout, stderr } = await runCli([command, '--nonsense', '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: mcp-pool ${command} `))
    expect(stdout).toContain('Exit codes: 0 ok')
  })

  it.each([
    [[], 'mcp-pool: Name a command: demo, call, tools, top, simulate'],
    [['cal'], "mcp-pool: Unknown command 'cal'. Allowed: demo, call, tools, top, simulate"],
    [['call', '--endpoint', URL_A], 'mcp-pool call: Name the tool: mcp-pool call TOOL'],
    [['call', 'echo'], "mcp-pool call: Give a server: --endpoint URL or --stdio 'command args'"],
    [['call', 'echo', '{"text":', '--endpoint', URL_A], `mcp-pool call: The arguments must be a JSON object such as '{"city": "Bern"}': `],
    [['call', 'echo', '[1]', '--endpoint', URL_A], `mcp-pool call: The arguments must be a JSON object such as '{"city": "Bern"}', got an array`],
    [['call', 'echo', 'null', '--endpoint', URL_A], `mcp-pool call: The arguments must be a JSON object such as '{"city": "Bern"}', got null`],
    [['call', 'echo', '{}', '{}', '--endpoint', URL_A], `mcp-pool call: Allowed: TOOL '{json}'. Got also '{}': does an argument need quotes?`],
    [['call', 'echo', '--endpoint', 'localhost'], "mcp-pool call: --endpoint must be an http: or https: URL, got 'localhost'"],
    [['call', 'echo', '--endpoint', URL_A, '--timeout', '30'], "mcp-pool call: --timeout must be a number with a unit (500ms, 30s, 2m, 1h), got '30'"],
    [
      ['call', 'echo', '--endpoint', URL_A, '--afinity', 'k'],
      "mcp-pool call: Unknown option '--afinity'. Allowed: --endpoint, --stdio, --header, --auth, --affinity",
    ],
    [['call', 'echo', '--stdio', 'node "x'], 'mcp-pool call: --stdio has a " that is never closed'],
    [['tools', 'echo', '--endpoint', URL_A], "mcp-pool tools: Allowed: options only. Got also 'echo'"],
    [['demo', '--era', 'old'], "mcp-pool demo: --era must be modern, legacy, mixed, got 'old'"],
    [['demo', '--port', '65536'], "mcp-pool demo: --port must be a whole number, 0 … 65535, got '65536'"],
    [['demo', '--port', 'web'], "mcp-pool demo: --port must be a whole number, 0 … 65535, got 'web'"],
    [['demo', '--rate', '0'], "mcp-pool demo: --rate must be a whole number, 1 … 1000, got '0'"],
    [['demo', '--duration', '-1s'], "mcp-pool demo: Option '--duration' argument is ambiguous"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.slice(0, message.length)).toBe(message)
    expect(stderr).toMatch(/\nTry 'mcp-pool( \w+)? --help'\.\n$/)
  })

  it('refuses what the pool refuses', async () => {
    const { code, stderr } = await runCli(['tools', '--endpoint', URL_A, '--header', 'Mcp-Session-Id: x'])
    expect(code).toBe(2)
    expect(stderr).toContain('[CONFIG]')
  })
})

it('says that the output cannot be written, and ends with 1', async () => {
  const full = await open('/dev/full', 'w')
  const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', full.fd, 'pipe'] })
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number]
  await full.close()
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^mcp-pool: the output cannot be written: ENOSPC.*\n$/) })
})
