import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { openDeafPort, startRawServer } from './index.js'

it('completes no connection, and gives the port back', async () => {
  const deaf = await openDeafPort()
  onTestFinished(() => deaf.close())
  const heard = await new Promise<string>((resolve) => {
    const socket = connect(deaf.port, '127.0.0.1')
    socket.once('connect', () => resolve('connected'))
    socket.once('error', ({ message }) => resolve(message))
    onTestFinished(() => void socket.destroy())
    setTimeout(resolve, 300, 'nothing')
  })
  expect(heard).toBe('nothing')
  await deaf.close()
  const server = await startRawServer({ port: deaf.port })
  await server.close()
})

it('says when the port is taken', async () => {
  const server = await startRawServer()
  onTestFinished(() => server.close())
  await expect(openDeafPort(server.port)).rejects.toThrow(`port ${server.port} is taken`)
})
