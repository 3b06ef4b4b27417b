import { expect, it } from 'vitest'
import { Alarm } from './ports.js'
import { systemTimers } from './system-timers.js'

class Silent extends Alarm {
  override fire(): void {}
}

it.each([true, false])('keeps the process alive while an alarm is set: %s', (keepsAlive) => {
  const alive = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
  const timers = systemTimers({ keepsAlive })
  const before = alive()
  const alarm = new Silent()
  timers.set(alarm, 60_000)
  expect(alive() - before).toBe(keepsAlive ? 1 : 0)
  timers.clear(alarm)
  expect(alive()).toBe(before)
})
