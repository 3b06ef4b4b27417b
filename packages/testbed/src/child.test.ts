import { spawn } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import type { Ledger, ServerConfig } from './index.js'
import { Child, MemoryLedger } from './index.js'
import { connectV2 } from './official-clients.js'

type Config = Exclude<ServerConfig, { kind: 'stdio' }>

async function begin(config: Config, ledger: MemoryLedger = new MemoryLedger()): Promise<Child> {
  const child = await Child.start(config, { ledger })
  onTestFinished(() => child.kill())
  return child
}

async function connected(child: Child) {
  const client = await connectV2(child.url)
  onTestFinished(() => client.close())
  return client
}

it.each([{ kind: 'modern' }, { kind: 'legacy' }, { kind: 'sse' }] as const)('serves in a process of its own: $kind', async (config) => {
  const child = await begin(config)
  const client = await connected(child)
  expect((await client.callTool({ name: 'whoami', arguments: {} })).structuredContent).toMatchObject({ pid: child.pid })
  expect(child.pid).not.toBe(process.pid)
  await client.callTool({ name: 'append', arguments: { key: 'k' } })
  expect(child.ledger.count('append', 'k')).toBe(1)
  await child.stop()
  expect(child.alive).toBe(false)
})

it('has every execution counted, also when it is killed before it can answer', async () => {
  const child = await begin({ kind: 'modern' })
  const client = await connected(child)
  const call = client.callTool({ name: 'slow-append', arguments: { key: 'k', ms: 60_000 } })
  const lost = call.catch((error: unknown) => error)
  await child.ledger.reached('slow-append', 'k')
  await child.kill()
  expect(await lost).toBeInstanceOf(Error)
  expect(child.ledger.count('slow-append', 'k')).toBe(1)
})

it('does not answer before the execution is counted', async () => {
  let count = (): void => {}
  const counting = new Promise<void>((resolve) => (count = resolve))
  const asked: string[] = []
  const ledger: Ledger = {
    record: (tool, key) => {
      asked.push(`${tool} ${key}`)
      return counting
    },
  }
  const child = await Child.start({ kind: 'modern' }, { ledger })
  onTestFinished(() => child.kill())
  const client = await connectV2(child.url)
  onTestFinished(() => client.close())
  let answered = false
  const call = client.callTool({ name: 'append', arguments: { key: 'k' } }).then(() => (answered = true))
  // A whole call later there is still no answer to the first.
  await client.callTool({ name: 'whoami', arguments: {} })
  expect([asked, answered]).toEqual([['append k'], false])
  count()
  await call
})

it('comes back on its port, as somebody who knows nothing', async () => {
  const child = await begin({ kind: 'legacy' })
  const { url, pid } = child
  const client = await connected(child)
  await child.restart()
  expect([child.url, child.pid === pid]).toEqual([url, false])
  await expect(client.listTools()).rejects.toMatchObject({ status: 404 })
  expect((await (await connected(child)).listTools()).tools).not.toHaveLength(0)
})

it('accepts connections and answers nobody while it is frozen', async () => {
  const child = await begin({ kind: 'raw' })
  await child.pause()
  let answered = false
  const call = fetch(child.url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' }).then((response) => {
    answered = true
    return response.json()
  })
  const other = await begin({ kind: 'raw' })
  await fetch(other.url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })
  expect(answered).toBe(false)
  child.resume()
  expect(await call).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
})

it('stops also when it is frozen', async () => {
  const child = await begin({ kind: 'raw' })
  await child.pause()
  await child.stop()
  expect(child.alive).toBe(false)
  await expect(child.order('cpuUsage')).rejects.toThrow(/gone/)
})

it('takes orders', async () => {
  const child = await begin({ kind: 'legacy', options: { resumable: true } })
  const client = await connected(child)
  await child.order('fault', '500', 1, 'tools/list')
  await expect(client.listTools()).rejects.toMatchObject({ status: 500 })
  expect((await client.listTools()).tools).not.toHaveLength(0)
  expect(await child.order('countRequests', 'tools/list')).toBe(2)
  await child.order('randomFaults', 1, ['404'], 1)
  await expect(client.ping()).rejects.toMatchObject({ status: 404 })
  await child.order('clearFaults')
  await client.ping()
  expect(await child.order('cpuUsage')).toMatchObject({ user: expect.any(Number) })
  await child.order('forgetSessions', { closeStreams: true })
  await expect(client.ping()).rejects.toMatchObject({ status: 404 })
})

it('says why it did not start', async () => {
  const child = await begin({ kind: 'raw' })
  await expect(Child.start({ kind: 'modern', options: { port: child.port } })).rejects.toThrow(/modern server did not start: .*EADDRINUSE/)
})

it('goes when its parent is killed', async () => {
  const script = `
    const { Child } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
    const child = await Child.start({ kind: 'raw' })
    console.log(child.url)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve) => parent.stdout.once('data', (line: Buffer) => resolve(line.toString().trim())))
  expect((await fetch(url)).status).toBe(405)
  // The child has the same stdout, which therefore ends when both are gone.
  const bothGone = new Promise((resolve) => parent.stdout.once('close', resolve))
  parent.kill('SIGKILL')
  await bothGone
  await expect(fetch(url)).rejects.toThrow(/fetch failed/)
})

it('can be started by another program', async () => {
  const child = await Child.start({ kind: 'raw' }, { prefix: ['env', 'TESTBED=yes'], nodeArgs: ['--max-old-space-size=64'] })
  onTestFinished(() => child.kill())
  expect((await fetch(child.url)).status).toBe(405)
})
