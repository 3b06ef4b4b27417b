import { expect, it } from 'vitest'
import { type Ended, runCli, startCli } from './run-cli.js'

/** Process ids of the servers, as the demo prints them when it starts and restarts them. */
function serverIds(output: string): number[] {
  return [...output.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function expectGoodEnd({ code, stdout, stderr }: Ended): void {
  expect(stderr).toBe('')
  expect(stdout).toMatch(/safe calls failed +0 {2}ok/)
  expect(stdout).toMatch(/executed all the same +0 {2}ok/)
  expect(stdout).toMatch(/unsafe calls executed twice +0 {2}ok/)
  expect(code).toBe(0)
  expect(serverIds(stdout).length).toBeGreaterThanOrEqual(3)
  expect(serverIds(stdout).filter(isRunning)).toEqual([])
}

it.each([
  ['modern', ['modern', 'modern', 'modern']],
  ['legacy', ['legacy', 'legacy', 'legacy']],
  ['mixed', ['modern', 'legacy', 'modern']],
])('--era %s: kills and pauses are not noticed', { timeout: 60_000 }, async (era, eras) => {
  const { child, stdout, ended: ending } = startCli(['demo', '--era', era, '--duration', '0'])
  for (const what of ['killed', 'paused', 'restarted', 'resumed']) await expect.poll(stdout, { timeout: 30_000 }).toContain(what)
  child.kill('SIGINT')
  const ended = await ending
  expectGoodEnd(ended)
  const [, table = ''] = /^CLIENT .*\n((?:.*\n){3})/m.exec(ended.stdout) ?? []
  expect([...table.matchAll(/ (modern|legacy) /g)].map(([, spoken]) => spoken).toSorted()).toEqual(eras.toSorted())
  expect(Number(/^ {2}calls +(\d+)$/m.exec(ended.stdout)?.[1])).toBeGreaterThan(50)
  expect(ended.stdout).not.toContain('\u001b')
})

it('ends with its summary when its time is over', { timeout: 60_000 }, async () => {
  const ended = await startCli(['demo', '--duration', '500ms', '--rate', '20']).ended
  expect(ended.code).toBe(0)
  expectGoodEnd(ended)
})

it('ends with its summary after SIGTERM, also while a server is paused', { timeout: 60_000 }, async () => {
  const { child, stdout, ended } = startCli(['demo', '--duration', '0'])
  await expect.poll(stdout, { timeout: 30_000 }).toContain('paused')
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0 })
  expectGoodEnd(await ended)
})

it('leaves no server behind when it is killed, not even a paused one', { timeout: 60_000 }, async () => {
  const { child, stdout, ended } = startCli(['demo', '--duration', '0'])
  await expect.poll(stdout, { timeout: 30_000 }).toContain('paused')
  child.kill('SIGKILL')
  await ended
  expect(serverIds(stdout()).length).toBeGreaterThanOrEqual(3)
  await expect.poll(() => serverIds(stdout()).filter(isRunning), { timeout: 10_000 }).toEqual([])
})

it('ends when nobody reads any more', { timeout: 60_000 }, async () => {
  const { child, stdout, ended } = startCli(['demo', '--duration', '0'])
  await expect.poll(stdout, { timeout: 30_000 }).toContain('killed')
  child.stdout?.destroy()
  expect(await ended).toMatchObject({ code: 0, stderr: '' })
  expect(serverIds(stdout()).filter(isRunning)).toEqual([])
})

it('serves metrics and statistics on loopback, and says where', { timeout: 60_000 }, async () => {
  const { child, stdout, ended } = startCli(['demo', '--duration', '0'])
  await expect.poll(stdout, { timeout: 30_000 }).toContain('/metrics for Prometheus')
  const [, url = ''] = /^(http:\/\/127\.0\.0\.1:\d+)\/metrics/m.exec(stdout()) ?? []
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^mcp_pool_size 3$/m)
  expect(await (await fetch(`${url}/statistics`)).json()).toMatchObject({ pool: { size: 3 } })
  const taken = await runCli(['demo', '--port', new URL(url).port])
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining(`--port ${new URL(url).port} cannot be had`) })
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 0, stderr: '' })
  await expect(fetch(`${url}/metrics`)).rejects.toThrow('fetch failed')
})
