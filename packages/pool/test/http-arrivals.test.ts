import { setImmediate } from 'node:timers/promises'
import { startRawServer } from '@mcp-client-pool/testbed'
import { Agent, type Dispatcher } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { Worlds } from './http-world.js'

const worlds = new Worlds()
const closing: Array<() => Promise<unknown>> = []

afterEach(async () => {
  await worlds.close()
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** Calls back as soon as the answer to a call has come in full, before it is read. */
class Watched extends Agent {
  onArrival = (): void => {}

  override dispatch(options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (!String(options.body).includes('tools/call')) return super.dispatch(options, handler)
    return super.dispatch(options, {
      onConnect: (abort) => handler.onConnect?.(abort),
      onHeaders: (status, headers, resume, text) => handler.onHeaders?.(status, headers, resume, text) ?? true,
      onData: (chunk) => handler.onData?.(chunk) ?? true,
      onComplete: (trailers) => {
        handler.onComplete?.(trailers)
        this.onArrival()
      },
      onError: (error) => handler.onError?.(error),
    })
  }
}

async function watched() {
  const server = await startRawServer()
  const dispatcher = new Watched()
  closing.push(
    () => server.close(),
    () => dispatcher.destroy(),
  )
  return { dispatcher, ...(await worlds.connect(server.url, { endpoint: { dispatcher } })) }
}

describe('an answer that has come in full', () => {
  it('is not told to a call that was given up in the same turn of the event loop', async () => {
    const { dispatcher, call } = await watched()
    const pending = call('echo')
    await new Promise<void>((resolve) => {
      dispatcher.onArrival = () => {
        pending.exchange?.cancel('not wanted any more')
        resolve()
      }
    })
    await setImmediate()
    expect(pending.settled).toBe(0)
  })

  it('counts, though the connection is closed in the same turn', async () => {
    const { dispatcher, call, connection } = await watched()
    const pending = call('echo')
    const closed = new Promise<void>((resolve) => {
      dispatcher.onArrival = () => resolve(connection.close())
    })
    expect(await pending.result).toHaveProperty('result.content')
    await closed
    expect(pending.settled).toBe(1)
  })
})
