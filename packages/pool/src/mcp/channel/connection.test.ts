import { expect, it } from 'vitest'
import { made, ScriptedTransport } from '../../../test/scripted-transport.js'
import type { ConnectionListener } from '../../ports.js'
import { VirtualTime } from '../../testing/index.js'
import { PoolLogLevel } from '../pool-log-level.js'
import { ToolCatalog } from '../tool-catalog.js'
import { Channel } from './channel.js'
import { ChannelConnection } from './connection.js'

/** A connection over a channel whose server answers as it is told. */
async function connected(script: ConstructorParameters<typeof ScriptedTransport>[0]) {
  const time = new VirtualTime()
  const transport = new ScriptedTransport(script)
  const errors: Error[] = []
  const listener: ConnectionListener = {
    onNotification() {},
    onRequest() {},
    onServesChanged() {},
    onMetrics() {},
    onSession() {},
    onError: (error) => void errors.push(error),
    onLost() {},
  }
  const channel = new Channel(made(transport), 'the server', {
    onNotification: (notification) => connection.onNotification(notification),
    onRequest() {},
    onError: (error) => connection.onError(error),
    onEnd: (failure) => connection.onEnd(failure),
  })
  await channel.start()
  let ids = 0
  const facts = { protocolVersion: '2025-11-25', serverInfo: undefined, capabilities: { tools: {} }, instructions: undefined }
  const connection: ChannelConnection = new ChannelConnection(
    { channel, era: 'legacy', facts },
    {
      clientId: 'client',
      listener,
      ports: { timers: time, random: () => 0, nextId: () => ++ids, label: 'the server' },
      introduction: { clientInfo: {}, capabilities: {}, legacyVersion: '2025-11-25' },
      catalog: new ToolCatalog({ trustAnnotations: true }),
      logLevel: new PoolLogLevel(),
      healthCheckMethod: undefined,
      connectionTimeout: 10_000,
      tokens: undefined,
      openSession: () => Promise.reject(new Error('nobody has a session here')),
    },
  )
  connection.begin()
  return { time, transport, connection, errors }
}

it('asks for the tools again where the server was not ready to list them', async () => {
  let lists = 0
  const { time, connection, errors } = await connected((transport, { id, method }) => {
    if (method !== 'tools/list') return
    if (++lists === 1) transport.error(id, -32_603, 'still starting')
    else transport.answer(id, { tools: [{ name: 'x', annotations: { readOnlyHint: true } }] })
  })
  await time.run(999)
  expect([connection.tool('x'), lists, errors.map(({ message }) => message)]).toEqual([undefined, 1, ['the server did not list its tools: still starting']])
  await time.run(1)
  expect([connection.tool('x'), lists, time.pending]).toEqual([{ readOnly: true, idempotent: false }, 2, 0])
})

it('leaves nothing behind when it is closed', async () => {
  const { time, transport, connection } = await connected((server, { id }) => server.error(id, -32_603, 'never'))
  await time.run(10)
  await connection.close()
  expect([time.pending, transport.closed]).toEqual([0, 1])
})
