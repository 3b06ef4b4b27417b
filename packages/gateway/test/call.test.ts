import { MemoryLedger, type ModernServer, reservePort, startLegacyServer, startModernServer, stdioServer } from '@mcp-client-pool/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from './run-cli.js'

const servers = { modern: startModernServer, legacy: startLegacyServer }

describe.each(['modern', 'legacy'] as const)('mcp-pool call, %s server', (era) => {
  let server: Pick<ModernServer, 'url' | 'requests' | 'faults' | 'close'>
  const ledger = new MemoryLedger()

  beforeAll(async () => {
    server = await servers[era]({ id: 'one', ledger })
  })
  afterAll(() => server.close())

  const call = (...args: string[]) => runCli(['call', ...args, '--endpoint', server.url])

  it('prints the text of the result', async () => {
    expect(await call('echo', '{"text": "hello"}')).toEqual({ code: 0, signal: null, stdout: 'hello\n', stderr: '' })
  })

  it('prints the raw result as one document', async () => {
    const { code, stdout } = await call('add', '{"a": 1, "b": 2}', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ content: [{ type: 'text', text: '3' }], structuredContent: { sum: 3 } })
  })

  it('reads arguments from stdin', async () => {
    const { code, stdout } = await runCli(['call', 'echo', '-', '--endpoint', server.url], { input: '{"text": "piped"}' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'piped\n' })
  })

  it('needs no arguments where the tool needs none', async () => {
    expect(await call('whoami')).toMatchObject({ code: 0, stdout: 'one\n' })
  })

  it('prints all of a large result', async () => {
    const { code, stdout } = await call('big', '{"bytes": 3000000}')
    expect(code).toBe(0)
    expect(stdout.length).toBe(3_000_001)
  })

  it('ends with 1 when the tool fails', async () => {
    expect(await call('fail')).toMatchObject({ code: 1, stdout: '', stderr: 'mcp-pool call: the tool failed: failed as asked\n' })
    const { code, stdout } = await call('fail', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ isError: true })
  })

  it('ends with 1 when the tool wants to ask somebody, for nobody is there', async () => {
    const { code, stdout, stderr } = await call('ask')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      era === 'modern' ? /^mcp-pool call: the server wants to ask its client something .*\n$/ : /^mcp-pool call: the tool failed: .*elicitation/,
    )
  })

  it('ends with 1 when the server answers with an error', async () => {
    server.faults.next({ kind: 'error', code: -32_603, message: 'on fire' }, 1, 'tools/call')
    expect(await call('echo', '{"text": "x"}')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'mcp-pool call: the server answered with error -32603: on fire\n',
    })
    server.faults.next({ kind: 'error', code: -32_603, message: 'on fire' }, 1, 'tools/call')
    const { code, stdout } = await call('echo', '{"text": "x"}', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: -32_603, message: 'on fire' } })
  })

  it('sends the headers', async () => {
    await call('echo', '{"text": "x"}', '--header', 'X-Team: payments', '--header', 'X-Other: a: b')
    expect(server.requests.last('tools/call')?.headers).toMatchObject({ 'x-team': 'payments', 'x-other': 'a: b' })
  })

  it('ends with 3 when the answer makes no sense, and says whether it may have run', async () => {
    server.faults.next('garbage', 1, 'tools/call')
    const { code, stderr } = await call('append', '{"key": "garbage"}')
    expect(code).toBe(3)
    expect(stderr).toContain('it may have run')
    expect(stderr).toContain('[PROTOCOL]')
  })

  it('ends with 5 when there is no answer in time', async () => {
    const { code, stdout, stderr } = await call('slow-append', '{"key": "timeout", "ms": 60000}', '--timeout', '1s')
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toContain('it may have run')
    expect(ledger.count('slow-append', 'timeout')).toBe(1)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends after %s with %d, and cancels the call', async (signal, code) => {
    const key = `${signal} ${era}`
    const { child, ended } = startCli(['call', 'slow-append', JSON.stringify({ key, ms: 60_000 }), '--endpoint', server.url])
    await ledger.reached('slow-append', key)
    child.kill(signal)
    expect(await ended).toEqual({ code, signal: null, stdout: '', stderr: 'mcp-pool call: interrupted; the call may have run\n' })
    await ledger.reached('slow-append:cancelled', key)
    expect(ledger.count('slow-append', key)).toBe(1)
  })
})

describe('mcp-pool call, several servers', () => {
  it('does not mind one that is down', async () => {
    const server = await startModernServer()
    const down = `http://127.0.0.1:${await reservePort()}/mcp`
    expect(await runCli(['call', 'echo', '{"text": "x"}', '--endpoint', down, '--endpoint', server.url])).toMatchObject({ code: 0, stdout: 'x\n' })
    await server.close()
  })

  it('sends the same affinity key to the same one, from every process', async () => {
    const fleet = await Promise.all(['a', 'b', 'c'].map((id) => startModernServer({ id })))
    const endpoints = fleet.flatMap(({ url }) => ['--endpoint', url])
    const who = async (key: string) => (await runCli(['call', 'whoami', '--affinity', key, ...endpoints])).stdout
    const keys = ['one', 'two', 'three', 'four', 'five']
    expect(await Promise.all(keys.map(who))).toEqual(await Promise.all(keys.map(who)))
    await Promise.all(fleet.map((server) => server.close()))
  })

  it('ends with 3 when none can be reached, and says why for each', async () => {
    const ports = [await reservePort(), await reservePort()]
    const { code, stdout, stderr } = await runCli(['call', 'echo', '{}', ...ports.flatMap((port) => ['--endpoint', `http://127.0.0.1:${port}/mcp`])])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    for (const port of ports) expect(stderr).toContain(`:${port}`)
  })
})

describe('mcp-pool call --stdio', () => {
  const { command, args } = stdioServer({ id: 'local server' })
  const line = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')

  it('starts the server, calls it and leaves nothing behind', async () => {
    const { code, stdout } = await runCli(['call', 'whoami', '--json', '--stdio', line])
    expect(code).toBe(0)
    const { pid, server } = (JSON.parse(stdout) as { structuredContent: { pid: number; server: string } }).structuredContent
    expect(server).toBe('local server')
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  })

  it('ends with 3 when there is no such program', async () => {
    const { code, stderr } = await runCli(['call', 'whoami', '--stdio', '/nowhere/server --fast'])
    expect(code).toBe(3)
    expect(stderr).toContain('/nowhere/server')
  })
})
