import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { reapAtExit } from './reaper.js'

const child = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })

it('kills what is left when this process exits, and nothing that was let go', async () => {
  const before = new Set(process.listeners('exit'))
  const [kept, closed] = [child(), child()]
  reapAtExit(kept.pid ?? 0)
  const letGo = reapAtExit(closed.pid ?? 0)
  letGo()
  const added = process.listeners('exit').filter((listener) => !before.has(listener))
  expect(added).toHaveLength(1)
  const exit = once(kept, 'exit')
  for (const listener of added) listener.call(process, 0)
  const [, signal] = await exit
  expect(signal).toBe('SIGKILL')
  expect([closed.exitCode, closed.signalCode]).toEqual([null, null])
  closed.kill('SIGKILL')
  await once(closed, 'exit')
})
