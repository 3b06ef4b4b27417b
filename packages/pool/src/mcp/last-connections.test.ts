import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { scriptedReplica } from '../../test/scripted-engine.js'
import { LastConnections } from './last-connections.js'

it('knows who is there again on another connection, and who never left', () => {
  const connections = new LastConnections()
  const [a, b] = [scriptedReplica('a'), scriptedReplica('b')]
  expect(connections.reconnected([a, b])).toBe(false)
  expect(connections.reconnected([b])).toBe(false)
  expect(connections.reconnected([a, b])).toBe(false)
  expect(connections.reconnected([scriptedReplica('a'), b])).toBe(true)
})

it('forgets those that are gone when there are too many', () => {
  const connections = new LastConnections()
  const there = scriptedReplica('there')
  for (let n = 0; n <= 1_001; n++) expect(connections.reconnected([there, scriptedReplica(`pod-${n}`)])).toBe(false)
  expect(connections.reconnected([scriptedReplica('pod-0')])).toBe(false)
  expect(connections.reconnected([scriptedReplica('there')])).toBe(true)
})

it('keeps no connection of a replica that is gone', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const connections = new LastConnections()
  const gone = (() => {
    const replica = scriptedReplica('gone')
    connections.reconnected([replica])
    return new WeakRef(replica.connection)
  })()
  connections.reconnected([])
  await setImmediate()
  collect()
  expect(gone.deref()).toBeUndefined()
  expect(connections.reconnected([scriptedReplica('gone')])).toBe(true)
})
