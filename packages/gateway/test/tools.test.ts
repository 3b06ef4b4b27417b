import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type ModernServer, reservePort, startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BIN, runCli, startCli } from './run-cli.js'

const servers = { modern: startModernServer, legacy: startLegacyServer }

describe.each(['modern', 'legacy'] as const)('mcp-pool tools, %s server', (era) => {
  let server: Pick<ModernServer, 'url' | 'catalogue' | 'close'>

  beforeAll(async () => {
    server = await servers[era]({ pageSize: 3 })
  })
  afterAll(() => server.close())

  it('lists the tools of all pages with their hints', async () => {
    const { code, stdout, stderr } = await runCli(['tools', '--endpoint', server.url])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^TOOL +HINTS +DESCRIPTION$/)
    expect(lines.slice(1).map((line) => line.split(' ')[0])).toEqual([...server.catalogue.tools].map(({ name }) => name))
    expect(lines.find((line) => line.startsWith('echo '))).toMatch(/^echo +read-only, idempotent +Returns its text$/)
    expect(lines.find((line) => line.startsWith('append '))).toMatch(/^append +- +Has an effect/)
  })

  it('prints them as the server lists them', async () => {
    const { code, stdout } = await runCli(['tools', '--endpoint', server.url, '--json'])
    expect(code).toBe(0)
    const { tools } = JSON.parse(stdout) as { tools: Array<{ name: string }> }
    expect(tools.map(({ name }) => name)).toEqual([...server.catalogue.tools].map(({ name }) => name))
    expect(tools[0]).toMatchObject({ name: 'echo', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } })
  })

  it('does not mind a reader that goes away', async () => {
    const shell = spawn('/bin/sh', ['-c', `"${process.execPath}" "${BIN}" tools --endpoint "${server.url}" | head -n 1`], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    shell.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [code] = (await once(shell, 'close')) as [number]
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

it('says so when there are none', async () => {
  const server = await startModernServer({ tools: [] })
  expect(await runCli(['tools', '--endpoint', server.url])).toMatchObject({ code: 0, stdout: '', stderr: 'mcp-pool tools: the server has no tools\n' })
  await server.close()
})

it('ends with 3 when the server cannot be reached', async () => {
  const { code, stdout } = await runCli(['tools', '--endpoint', `http://127.0.0.1:${await reservePort()}/mcp`])
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
})

it('ends with 3 when the server never answers the handshake', async () => {
  const server = await startModernServer()
  server.faults.next('silence', Number.POSITIVE_INFINITY)
  const { code, stdout, stderr } = await runCli(['tools', '--endpoint', server.url, '--timeout', '1s'])
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toContain('[CONNECT_TIMEOUT]')
  await server.close()
})

it('ends at once when it is interrupted while it connects', async () => {
  const server = await startModernServer()
  server.faults.next('silence', Number.POSITIVE_INFINITY)
  const asked = server.requests.next('POST')
  const { child, ended } = startCli(['tools', '--endpoint', server.url, '--timeout', '10m'])
  await asked
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 130, stdout: '', stderr: 'mcp-pool tools: interrupted\n' })
  await server.close()
})
