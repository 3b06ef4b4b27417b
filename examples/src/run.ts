import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Child, startLegacyServer, startModernServer, startOAuthServer, stdioServer } from '@mcp-client-pool/testbed'

/*
 * Runs every example against real servers and checks what it prints: npm run examples
 */

const HELLO = "[ { type: 'text', text: 'hello' } ]"
const PATIENCE = 60_000

const cleanups: Array<() => Promise<unknown>> = []
try {
  await main()
} finally {
  await Promise.all(cleanups.map((cleanup) => cleanup()))
}

async function main(): Promise<void> {
  const fleet = [await started(startModernServer()), await started(startLegacyServer())]
  const urls = fleet.map(({ url }) => url)
  for (const name of ['library', 'drop-in-v2', 'drop-in-v1', 'tracing']) await expectLines(name, example(name, urls), [HELLO])
  await expectLines('errors', example('errors', urls), ['REQUEST_TIMEOUT sent', 'It may have run: look before you call again'])

  await expectLines('resilience', example('resilience', urls), ["[ { type: 'text', text: 'now' } ]", "[ { type: 'text', text: 'whenever' } ]", '0 0 0'])

  await expectLines('log', example('log', urls), [/client connected at http/, /client connected at http/, /started$/, /shutdown$/])
  await expectLines('metrics', example('metrics', urls), ['mcp_pool_healthy_clients 2', 'mcp_pool_requests_total{method="tools/call",tool="echo"} 1'])

  const { command, args } = stdioServer()
  await expectLines('stdio', example('stdio', [command, ...args]), [HELLO, '2 healthy'])

  const authorization = await started(startOAuthServer({ clients: [{ clientId: 'me', clientSecret: 'secret' }] }))
  const guarded = await started(startModernServer({ auth: { verify: (token) => authorization.verify(token) } }))
  const credentials = { MCP_CLIENT_ID: 'me', MCP_CLIENT_SECRET: 'secret' }
  await expectLines('oauth', example('oauth', [authorization.url, guarded.url], credentials), [HELLO])

  await expectLines('command', start('sh', [fileURLToPath(new URL('../command.sh', import.meta.url)), ...urls]), [
    /^echo +read-only, idempotent +Returns its text$/,
    'hello',
    /"structuredContent":\{"sum":3\}/,
  ])
  await events()
  await discovery()
}

/** A server is killed while the example watches, and started again. */
async function events(): Promise<void> {
  const mortal = await Child.start({ kind: 'modern', options: {} })
  cleanups.push(() => mortal.close())
  const other = await started(startModernServer())
  const watching = example('events', [mortal.url, other.url])
  const reading = expectLines('events', watching, [
    new RegExp(`^connected \\S+ ${mortal.url}$`),
    /healthy: 2/,
    /^(disconnected|unhealthy) /,
    /^recovered /,
    /^healthy /,
    'shut down',
  ])
  await watching.line(/healthy: 2/)
  await mortal.kill()
  await watching.line(/^(disconnected|unhealthy) /)
  await mortal.restart()
  await watching.line(/^healthy /)
  watching.child.kill('SIGINT')
  await reading
}

/** The file changes while the example watches it. */
async function discovery(): Promise<void> {
  const [one, other] = [await started(startModernServer()), await started(startModernServer())]
  const directory = await mkdtemp(join(tmpdir(), 'mcp-example-'))
  cleanups.push(() => rm(directory, { recursive: true }))
  const path = join(directory, 'servers.yaml')
  await writeFile(path, `- url: ${one.url}\n`)
  const watching = example('discovery', [path])
  const expected = [`added ${one.url}`, /source: 'file'/, `added ${other.url}`, /^what was said last counts: .*line 3/, `removed ${one.url}`, 'shut down']
  const reading = expectLines('discovery', watching, expected)
  await watching.line(/source: 'file'/)
  await writeFile(path, `- url: ${one.url}\n- url: ${other.url}\n`)
  await watching.line(new RegExp(`^added ${other.url}$`))
  await writeFile(path, `- url: ${one.url}\n- url: [\n`)
  await watching.line(/^what was said/)
  await writeFile(path, `- url: ${other.url}\n`)
  await watching.line(/^removed/)
  watching.child.kill('SIGINT')
  await reading
}

interface Example {
  readonly child: ChildProcess
  readonly output: string[]
  /** Resolves once such a line was printed; rejects when the example ends without it. */
  line(expected: RegExp): Promise<void>
}

function example(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Example {
  return start(process.execPath, [fileURLToPath(new URL(`${name}.js`, import.meta.url)), ...args], env)
}

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Example {
  const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`
  const child = spawn(command, args, { env: { ...process.env, PATH: path, ...env }, stdio: ['ignore', 'pipe', 'inherit'], timeout: PATIENCE })
  const output: string[] = []
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => output.push(line))
  const line = (expected: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.some((printed) => expected.test(printed))) resolve()
      }
      lines.on('line', look)
      lines.once('close', () => reject(new Error(`No line like ${String(expected)} in:\n${output.join('\n')}`)))
      look()
    })
  return { child, output, line }
}

/** The example must print these, in this order, and end well. */
async function expectLines(name: string, { child, output }: Example, expected: ReadonlyArray<string | RegExp>): Promise<void> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  let next = 0
  for (const printed of output) {
    const wanted = expected[next]
    if (wanted !== undefined && (typeof wanted === 'string' ? printed === wanted : wanted.test(printed))) next++
  }
  if (code === 0 && next === expected.length) {
    process.stdout.write(`ok ${name}\n`)
    return
  }
  const missing = next === expected.length ? '' : `, did not print ${String(expected[next])}`
  throw new Error(`${name} ended with ${signal ?? `exit code ${code}`}${missing}. It printed:\n${output.join('\n')}`)
}

async function started<Server extends { close(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting
  cleanups.push(() => server.close())
  return server
}
