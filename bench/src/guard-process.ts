import { PEERS, SUBJECTS } from './guards.js'

/** The process of one guard: `node guard-process.js NAME`; each message is the length of a round in ms, answered with ns of CPU per call. */
const guarded = { ...SUBJECTS, ...PEERS }[process.argv[2]!]!()

/** Calls that are begun before the first of them is answered. */
const CONCURRENCY = 32

// A peer leaves a listener on one signal for every call that it bounds; that is in its figure, and need not be in the table.
process.removeAllListeners('warning')

let batches = 10
process.on('message', (length: number) => {
  measure().then(
    (each) => {
      // As many as fill the round, by what the round before has shown.
      batches = Math.max(1, Math.min(Math.ceil((length * 1_000) / (each * CONCURRENCY)), batches * 10))
      process.send!(each * 1_000)
    },
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
process.send!('ready')

/** Microseconds per call. */
async function measure(): Promise<number> {
  const started = process.cpuUsage()
  for (let batch = 0; batch < batches; batch++) {
    let last: unknown
    for (let i = 0; i < CONCURRENCY; i++) last = guarded.call()
    guarded.answer()
    // What was begun last ends last.
    await last
  }
  const { user, system } = process.cpuUsage(started)
  return Math.max(1, user + system) / (batches * CONCURRENCY)
}
