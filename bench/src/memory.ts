import { startPinned, stop, SUBJECT_CORE } from './processes.js'
import { close } from './report.js'
import { type Servers, startServers } from './servers.js'
import type { Verdict } from './statistics.js'

const MB = 1024 * 1024

/** What a pool holds when it does nothing, and that it holds no more after a million calls or keys. Each in a process of its own. */
export async function memory({ smoke }: { smoke: boolean }): Promise<number> {
  const servers = await startServers('modern-json', 100)
  const verdicts: Verdict[] = []
  const row = (name: string, value: string, goal: string, good: boolean): void => {
    verdicts.push(good ? 'ok' : 'missed')
    console.log(`| ${name} | ${value} | ${goal} | ${smoke ? 'smoke' : verdicts.at(-1)} |`)
  }
  console.log('| row | figure | goal | verdict |')
  console.log('| --- | --- | --- | --- |')
  try {
    const clients = smoke ? 100 : 1_000
    const bare = await measure('imports', servers, [])
    const idle = await measure('idle', servers, [clients])
    const above = (idle['rss']! - bare['rss']!) / MB
    row(`RSS of ${clients} idle clients on 100 endpoints, above the same imports`, `${above.toFixed(1)} MB`, '< 60 MB', above < 60)

    const keys = smoke ? 50_000 : 1_000_000
    const affinity = await measure('affinity', servers, [keys])
    const keyGrowth = affinity['late']! / affinity['early']!
    row(`heap after ${keys} affinity keys / after the first 20,000`, keyGrowth.toFixed(3), '<= 1.02', keyGrowth <= 1.02)

    const [early, late] = smoke ? [500, 2_000] : [50_000, 1_000_000]
    const calls = await measure('calls', servers, [early!, late!])
    const callGrowth = calls['late']! / calls['early']!
    row(`heap after ${late} calls / after the first ${early}`, callGrowth.toFixed(3), '<= 1.02', callGrowth <= 1.02)
  } finally {
    await servers.stop()
  }
  return close('memory', verdicts, smoke)
}

async function measure(mode: string, servers: Servers, args: readonly number[]): Promise<Record<string, number>> {
  const { child, first } = await startPinned(SUBJECT_CORE, './memory-process.js', [mode, args.join(','), ...servers.urls])
  await stop(child)
  return first as Record<string, number>
}
