import { type Contender, type ContenderSetup, type Round, type RoundResult } from './contender.js'

/** The process of one contender: `node contender-process.js MODULE EXPORT URL…`; rounds come and go over IPC. */
const [module, name, ...urls] = process.argv.slice(2)
const contenders = (await import(`./contenders/${module}.js`)) as Record<string, ContenderSetup>
const contender = await contenders[name!]!(urls)

process.on('message', (round: Round) => {
  measure(contender, round).then(
    (result) => process.send!(result),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => void contender.close().finally(() => process.exit(0)))
process.send!('ready')

async function measure(subject: Contender, { calls, concurrency }: Round): Promise<RoundResult> {
  let left = calls
  const caller = async (): Promise<void> => {
    while (left-- > 0) await subject.call()
  }
  const cpu = process.cpuUsage()
  const started = performance.now()
  await Promise.all(Array.from({ length: concurrency }, caller))
  const elapsed = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / calls, callsPerSecond: (calls / elapsed) * 1_000 }
}
