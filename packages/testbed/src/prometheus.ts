import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from './program.js'
import { reservePort } from './reserve-port.js'

/** One series of an instant query. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface PrometheusServer {
  readonly url: string
  readonly pid: number
  /** What an instant query of PromQL gives now. */
  query(promql: string): Promise<readonly Series[]>
  close(): Promise<void>
}

/** Debian's Prometheus, which scrapes `targets` (`127.0.0.1:1234`) four times a second. Its storage is gone when it is closed. */
export async function startPrometheus(targets: readonly string[]): Promise<PrometheusServer> {
  const port = await reservePort()
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  const config = join(folder, 'prometheus.yml')
  // JSON is YAML.
  const scrape = { job_name: 'pool', scrape_interval: '250ms', scrape_timeout: '250ms', static_configs: [{ targets }] }
  await writeFile(config, JSON.stringify({ scrape_configs: [scrape] }))
  const url = `http://127.0.0.1:${port}`
  const args = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, `--storage.tsdb.path=${join(folder, 'data')}`]
  const program = await startProgram('prometheus', args, 'Server is ready to receive web requests')
  return {
    url,
    pid: program.pid,
    query: (promql) => instant(url, promql),
    close: async () => {
      await program.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function instant(url: string, promql: string): Promise<readonly Series[]> {
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: promql }) })
  const answer = (await response.json()) as {
    readonly error?: string
    readonly data?: { readonly result: ReadonlyArray<{ readonly metric: Record<string, string>; readonly value: readonly [number, string] }> }
  }
  if (answer.data === undefined) throw new Error(`Prometheus does not understand ${promql}: ${answer.error}`)
  return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}

export interface PushgatewayServer {
  readonly url: string
  readonly pid: number
  /** What a Prometheus that scrapes it would read. */
  metrics(): Promise<string>
  close(): Promise<void>
}

/** Debian's Pushgateway. It keeps nothing when it is closed. */
export async function startPushgateway(port?: number): Promise<PushgatewayServer> {
  const address = `127.0.0.1:${port ?? (await reservePort())}`
  const program = await startProgram('prometheus-pushgateway', [`--web.listen-address=${address}`], 'Listening on')
  return {
    url: `http://${address}`,
    pid: program.pid,
    metrics: async () => (await fetch(`http://${address}/metrics`)).text(),
    close: () => program.stop(),
  }
}

/** What `promtool` says of `input`, or of the files in its arguments: its complaints, and whether it is content. */
export function promtool(args: readonly string[], input = ''): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile('promtool', args, (error, stdout, stderr) => {
      if (typeof error?.code === 'string') reject(error)
      else resolve({ code: Number(error?.code ?? 0), said: stdout + stderr })
    })
    child.stdin?.end(input)
  })
}
