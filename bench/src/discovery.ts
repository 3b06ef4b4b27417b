import { manyWorkers } from './many-workers.js'
import { startPinned, stop, SUBJECT_CORE } from './processes.js'
import { close } from './report.js'
import { type Servers, startServers } from './servers.js'
import { median, type Verdict } from './statistics.js'

interface Figures {
  readonly times: readonly number[]
  readonly changes?: number
  readonly needless?: number
}

/** What a change in the set of servers costs, and how soon it counts. Each row in a process of its own. */
export async function discovery({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const endpoints = smoke ? 1_000 : 10_000
  const servers = await startServers('modern-json', rounds + 1)
  const verdicts: Verdict[] = []
  const row = (name: string, times: readonly number[], limit: number, also: string, good: boolean): void => {
    const figure = median(times)
    verdicts.push(figure <= limit && good ? 'ok' : 'missed')
    const spread = [...times].sort((a, b) => a - b)
    const [low, high] = [spread[0]!, spread[Math.ceil(0.9 * spread.length) - 1]!]
    console.log(`| ${name} | ${figure.toFixed(2)} ms (${low.toFixed(2)}–${high.toFixed(2)}) | <= ${limit} ms${also} | ${smoke ? 'smoke' : verdicts.at(-1)} |`)
  }
  console.log('| row | median (fastest–90th percentile) | goal | verdict |')
  console.log('| --- | --- | --- | --- |')
  try {
    for (const [mode, name] of [
      ['same objects', 'one of them has another weight; the others are handed over as the objects that they were'],
      ['new objects', 'the same, all entries parsed anew'],
      ['one more', 'one is added'],
    ] as const) {
      const { times, changes, needless } = await measure(mode, rounds, endpoints, servers)
      row(`${endpoints} endpoints, ${name}`, times, 2, ', no client made', needless === 0 && changes === rounds)
    }
    for (const [mode, name] of [
      ['resolver', 'a resolver finds one more server'],
      ['file', 'a file with one more server is renamed into its place'],
    ] as const)
      row(`${name}: until it is picked`, (await measure(mode, rounds, endpoints, servers)).times, 100, '', true)
    for (const [mode, name, most] of [
      ['consul', 'Consul, a double of its API, has one more instance', rounds],
      ['etcd', 'etcd has one more key', rounds],
      ['kubernetes', 'Kubernetes, a double of its API, has one more pod', rounds],
      // Five seconds each: the shortest time between two questions.
      ['dns', 'dnsmasq answers with one more SRV record', Math.min(rounds, 5)],
    ] as const)
      row(`${name}: until it is picked`, (await measure(mode, most, endpoints, servers)).times, 100, '', true)
  } finally {
    await servers.stop()
  }
  return close('discovery', [...verdicts, ...manyWorkers({ smoke, rounds })], smoke)
}

async function measure(mode: string, rounds: number, endpoints: number, servers: Servers): Promise<Figures> {
  const { child, first } = await startPinned(SUBJECT_CORE, './discovery-process.js', [mode, String(rounds), String(endpoints), ...servers.urls])
  await stop(child)
  return first as Figures
}
