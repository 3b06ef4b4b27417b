import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { startModernServer } from '@mcp-client-pool/testbed'
import { MCPClientPool } from 'mcp-client-pool'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CommandContext } from '../src/command.js'
import { top } from '../src/commands/top.js'
import { Interruption } from '../src/interruption.js'
import { fetchStatistics } from '../src/top/fetch-statistics.js'
import { Keyboard } from '../src/terminal/keyboard.js'
import { Output } from '../src/terminal/output.js'
import { runCli, startCli } from './run-cli.js'

/** Serves statistics, or what else the test wants. */
async function served(listener: RequestListener, port = 0): Promise<{ url: string; server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** A pool over two real servers, and its statistics on an address. */
async function pooled() {
  const servers = await Promise.all([startModernServer(), startModernServer()])
  const pool = new MCPClientPool({ endpoints: servers.map(({ url }) => ({ url })) })
  onTestFinished(async () => {
    await pool.shutdown({ timeout: 0 })
    await Promise.all(servers.map((server) => server.close()))
  })
  await pool.start()
  const asked: Array<string | undefined> = []
  const { url } = await served(({ url: path, headers }, response) => {
    asked.push(headers.authorization)
    response.writeHead(path === '/statistics' ? 200 : 404).end(JSON.stringify(pool.getStatistics()))
  })
  return { pool, url, asked, hosts: servers.map((server) => new URL(server.url).host) }
}

describe('mcp-pool top without a terminal', () => {
  it('--once prints one block, sent with the headers that were given', async () => {
    const { url, hosts, asked } = await pooled()
    const { code, stdout, stderr } = await runCli(['top', url, '--once', '--header', 'Authorization: Bearer token'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}2 healthy, 0 not \(max 10\) · 0 under way · per second: - calls/)
    for (const host of hosts) expect(stdout).toMatch(new RegExp(` ${host} +modern +healthy `))
    expect(asked).toEqual(['Bearer token'])
    expect(stdout).not.toContain('\u001b')
  })

  it('prints a block for each look, with what happened in between, until it is interrupted', async () => {
    const { pool, url } = await pooled()
    const { child, stdout, ended } = startCli(['top', `${url}/statistics`, '--interval', '100ms'])
    await expect.poll(stdout, { timeout: 20_000 }).toMatch(/per second: \d/)
    for (let n = 0; n < 5; n++) await pool.callTool({ name: 'echo', arguments: { text: 'x' } })
    await expect.poll(stdout, { timeout: 20_000 }).toMatch(/per second: [1-9]\d* calls/)
    await pool.removeClient(pool.getHealthyClients()[0]!.id)
    await expect.poll(stdout, { timeout: 20_000 }).toMatch(/ connected, \d+ s ago/)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130, stderr: '' })
  })

  it('--json prints the statistics as they are, a line for each look, harmless for a terminal', async () => {
    const statistics = { pool: {}, metrics: {}, clients: [{ id: 'a\u009b2J\u202e\u001b[2J' }] }
    const { url } = await served((_, response) => response.end(JSON.stringify(statistics)))
    const { code, stdout } = await runCli(['top', url, '--once', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(statistics)
    // oxlint-disable-next-line no-control-regex -- control characters are what it is about
    expect(stdout).toMatch(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]+\n$/)
  })

  it('goes on when a later look fails, says so once, and shows what comes after', async () => {
    const { pool } = await pooled()
    let fails = false
    let refused = 0
    const { url } = await served((_, response) => {
      if (fails) refused++
      response.writeHead(fails ? 503 : 200).end(JSON.stringify(pool.getStatistics()))
    })
    const { child, stdout, ended } = startCli(['top', url, '--interval', '100ms'])
    await expect.poll(stdout, { timeout: 20_000 }).toContain('CLIENT')
    fails = true
    await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(2)
    const blocks = (): number => stdout().split('CLIENT').length
    const before = blocks()
    fails = false
    await expect.poll(blocks, { timeout: 20_000 }).toBeGreaterThan(before)
    child.kill('SIGTERM')
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([143, `mcp-pool top: ${url}/statistics answered HTTP 503\n`])
  })

  it('ends when nobody reads any more', async () => {
    const { url } = await pooled()
    const { child, stdout, ended } = startCli(['top', url, '--interval', '100ms'])
    await expect.poll(stdout, { timeout: 20_000 }).toContain('CLIENT')
    child.stdout?.destroy()
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
  })

  const large: RequestListener = (_, response) => {
    const more = (): void => {
      while (response.write(' '.repeat(1024 * 1024)));
      response.once('drain', more)
    }
    more()
  }
  it.each<[string, number, string, RequestListener]>([
    ['401', 4, 'lets nobody in without authorization (HTTP 401): give it with --header [AUTH_FAILED]', (_, response) => response.writeHead(401).end()],
    ['500', 3, 'answered HTTP 500 [HTTP_STATUS]', (_, response) => response.writeHead(500).end()],
    ['text', 3, "answered no JSON: give the URL of a pool's statistics [PROTOCOL]", (_, response) => response.end('<html>')],
    ['other JSON', 3, 'answered JSON that is no statistics of a pool [PROTOCOL]', (_, response) => response.end('{"status":"ok"}')],
    ['more than can be', 3, 'answered more than 32 MB: it is no statistics of a pool [PROTOCOL]', large],
    ['nothing', 3, 'cannot be reached: other side closed [CONNECT_FAILED]', (request) => request.socket.destroy()],
  ])('says in a sentence that it got %s, and exits with %d', async (_, expected, sentence, listener) => {
    const { url } = await served(listener)
    const { code, stdout, stderr } = await runCli(['top', url])
    expect({ code, stdout, stderr }).toEqual({ code: expected, stdout: '', stderr: `mcp-pool top: ${url}/statistics ${sentence}\n` })
  })

  // https://fetch.spec.whatwg.org/#port-blocking
  it('connects to a port that browsers do not', async () => {
    const { stderr } = await runCli(['top', 'http://127.0.0.1:1'])
    expect(stderr).toMatch(/cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:1 \[CONNECT_FAILED\]\n$/)
  })

  it('says that nobody is there, and that nobody answers in time', async () => {
    const { url, server } = await served(() => {})
    const source = { url: new URL(url), label: url, headers: {}, timeout: 50 }
    await expect(fetchStatistics(source, new AbortController().signal)).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      message: `${url} did not answer within 50 ms`,
    })
    await new Promise((resolve) => server.close(resolve).closeAllConnections())
    const { code, stderr } = await runCli(['top', url])
    expect([code, stderr]).toEqual([3, expect.stringMatching(/cannot be reached: connect ECONNREFUSED .* \[CONNECT_FAILED\]\n$/)])
  })

  it.each([
    [[], "Give the URL of a pool's statistics"],
    [['localhost'], "URL must be an http: or https: URL, got 'localhost'"],
    [['http://me:secret@127.0.0.1'], 'URL must have no user and password'],
    [['http://127.0.0.1', '--interval', '1ms'], "--interval must be 100ms … 1h, got '1ms'"],
    [['http://127.0.0.1', '--header', 'nonsense'], "--header must be 'Name: value' in one line"],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runCli(['top', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`mcp-pool top: ${message}`)])
    expect(stderr).not.toContain('secret')
  })
})

describe('mcp-pool top on a terminal', () => {
  const ENTERED = '\u001b[?1049h'
  const LEFT = '\u001b[?7h\u001b[?25h\u001b[?1049l'

  /** The command in this process, on a terminal that is a pair of streams. */
  function run(args: readonly string[]) {
    const screen = Object.assign(new PassThrough(), { isTTY: true as const, rows: 20, columns: 110 })
    const raw: boolean[] = []
    const keys = Object.assign(new PassThrough(), {
      setRawMode(on: boolean) {
        raw.push(on)
        return keys as never
      },
    })
    let written = ''
    screen.on('data', (chunk: Buffer) => (written += String(chunk)))
    const interruption = new Interruption()
    const context: CommandContext = {
      readInput: () => Promise.resolve(''),
      openKeyboard: (onKey) => new Keyboard(keys, onKey),
      stdout: new Output(screen),
      stderr: new Output(new PassThrough()),
      env: { NO_COLOR: '1' },
      interruption,
    }
    const ended = top.run(args, context).finally(() => interruption.dispose())
    // The last drawing, without what moves the cursor.
    // oxlint-disable-next-line no-control-regex -- control characters are what it is about
    const page = (): string => (written.split('\u001b[H').at(-1) ?? '').replaceAll(/\u001b\[\??\d*[a-zA-Z]/g, '')
    return { screen, keys, raw, written: () => written, page, ended }
  }

  it('is a live table on a screen of its own, with keys, until q gives the terminal back', async () => {
    const { url, hosts } = await pooled()
    const { screen, keys, raw, written, page, ended } = run([url, '--interval', '100ms'])
    await expect.poll(page).toMatch(/per second: \d/)
    expect(written().startsWith(ENTERED)).toBe(true)
    expect(raw).toEqual([true])
    for (const host of hosts) expect(page()).toContain(host)

    keys.write(`/${hosts[1]!}\r`)
    await expect.poll(page).not.toContain(hosts[0])
    expect(page()).toContain(hosts[1])
    keys.write('\u001b[C')
    await expect.poll(page).toContain('ENDPOINT▼')
    keys.write('r')
    await expect.poll(page).toContain('ENDPOINT▲')
    keys.write(' ')
    await expect.poll(page).toContain('paused')

    Object.assign(screen, { columns: 30 })
    screen.emit('resize')
    await expect
      .poll(() =>
        Math.max(
          ...page()
            .split('\n')
            .map((line) => line.length),
        ),
      )
      .toBeLessThanOrEqual(30)

    keys.write('q')
    expect(await ended).toBe(0)
    expect([written().endsWith(LEFT), raw]).toEqual([true, [true, false]])
  })

  it('gives the terminal back on Ctrl-C, and exits as it should', async () => {
    const { url } = await pooled()
    const { keys, raw, written, page, ended } = run([url])
    await expect.poll(page).toContain('CLIENT')
    keys.write('\u0003')
    expect(await ended).toBe(130)
    expect([written().endsWith(LEFT), raw]).toEqual([true, [true, false]])
  })

  it('leaves the terminal as it was where the first look fails', async () => {
    const { url } = await served((_, response) => response.writeHead(401).end())
    const { raw, written, ended } = run([url])
    await expect(ended).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    expect([written(), raw]).toEqual(['', [true, false]])
  })

  it('shows nothing that a terminal would obey, whatever the server says', async () => {
    const evil = '\u001b]0;owned\u0007\u009b2J\r\nnext'
    const client = { id: evil, endpoint: evil, era: evil, health: evil, whyUnfit: evil, breaker: evil, metrics: {} }
    const { url } = await served((_, response) => response.end(JSON.stringify({ pool: {}, metrics: {}, clients: [client] })))
    const { keys, page, ended } = run([url, '--interval', '100ms'])
    await expect.poll(page).toContain('owned')
    // oxlint-disable-next-line no-control-regex -- control characters are what it is about
    expect(page()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    keys.write('q')
    await ended
  })
})
