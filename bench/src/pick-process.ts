import { PEERS, SUBJECTS } from './pickers.js'

/** The process of one picker: `node pick-process.js NAME SIZE`; each message is the length of a round in ms, answered with ns per pick. */
const [name, size] = process.argv.slice(2)
const pick = { ...SUBJECTS, ...PEERS }[name!]!(Number(size))

let times = 100
process.on('message', (length: number) => {
  // As many picks as fill the round, by what the round before has shown.
  const started = process.cpuUsage()
  const last = pick(times)
  const { user, system } = process.cpuUsage(started)
  if (last === undefined) throw new Error(`${name} picked nobody of ${size}`)
  const each = Math.max(1, user + system) / times
  times = Math.max(1, Math.min(Math.ceil((length * 1_000) / each / 100) * 100, times * 10))
  process.send!(each * 1_000)
})
process.on('disconnect', () => process.exit(0))
process.send!('ready')
