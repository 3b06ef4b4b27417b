import { parseArgs } from 'node:util'

/** `npm run bench -- NAME [--smoke] [--rounds N]` */
const BENCHES: Record<string, { rounds: number; load: () => Promise<(options: { smoke: boolean; rounds: number }) => Promise<number>> }> = {
  overhead: { rounds: 300, load: async () => (await import('./overhead.js')).overhead },
  pick: { rounds: 30, load: async () => (await import('./pick.js')).pick },
  simulation: { rounds: 10, load: async () => (await import('./simulation.js')).simulation },
  guard: { rounds: 30, load: async () => (await import('./guard.js')).guard },
  reality: { rounds: 1, load: async () => (await import('./reality.js')).reality },
  observe: { rounds: 600, load: async () => (await import('./observe.js')).observe },
  memory: { rounds: 1, load: async () => (await import('./memory.js')).memory },
  discovery: { rounds: 30, load: async () => (await import('./discovery.js')).discovery },
  startup: { rounds: 9, load: async () => (await import('./startup.js')).startup },
}

const { values, positionals } = parseArgs({
  options: { smoke: { type: 'boolean', default: false }, rounds: { type: 'string' } },
  allowPositionals: true,
})
const bench = BENCHES[positionals[0] ?? '']
const rounds = Number(values.rounds ?? (values.smoke ? 2 : bench?.rounds))
if (bench === undefined || positionals.length !== 1 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--smoke] [--rounds N]`)
  process.exit(2)
}
const run = await bench.load()
process.exitCode = await run({ smoke: values.smoke, rounds })
