import { describe, expect, it } from 'vitest'
import type { JsonRpcNotification } from '../ports.js'
import { OwnedSession, type Seat, type SessionChange } from './session.js'

const CHANGED: JsonRpcNotification = { jsonrpc: '2.0', method: 'notifications/roots/list_changed' }

class TestSeat implements Seat {
  readonly client: string
  readonly label = 'https://server.test/mcp'
  readonly notified: JsonRpcNotification[] = []
  left = 0
  constructor(client: string) {
    this.client = client
  }
  async notify(notification: JsonRpcNotification): Promise<void> {
    this.notified.push(notification)
  }
  async leave(): Promise<void> {
    this.left++
  }
}

const PARAMETERS = { protocolVersion: '2025-11-25', clientInfo: { name: 'x', version: '1' }, capabilities: {} }
const open = (onChange?: (change: SessionChange, seat: Seat) => void) => new OwnedSession(PARAMETERS, { onNotification() {}, onRequest() {} }, onChange)

describe('OwnedSession', () => {
  it('names the client as soon as a seat is taken, and leaves the old seat when it moves', () => {
    const session = open()
    expect(session.client).toBeUndefined()
    const [first, second] = [new TestSeat('a'), new TestSeat('b')]
    session.take(first)
    expect(session.client).toBe('a')
    session.take(second)
    expect(session.client).toBe('b')
    expect([first.left, second.left]).toEqual([1, 0])
  })

  it('is nowhere after its seat was vacated, and stays where it is when an old seat is', async () => {
    const session = open()
    const [first, second] = [new TestSeat('a'), new TestSeat('b')]
    session.take(first)
    session.take(second)
    session.vacate(first)
    expect(session.client).toBe('b')
    session.vacate(second)
    expect(session.client).toBeUndefined()
    await session.notify(CHANGED)
    expect(second.notified).toEqual([])
  })

  it('notifies where it is open, and leaves when it is closed', async () => {
    const session = open()
    const seat = new TestSeat('a')
    session.take(seat)
    await session.notify(CHANGED)
    expect(seat.notified).toEqual([CHANGED])
    await session.close()
    expect([seat.left, session.client, session.closed]).toEqual([1, undefined, true])
  })

  it('restores the log level and the subscriptions that were accepted', () => {
    const { memory } = open()
    const ok = { jsonrpc: '2.0', id: 1, result: {} } as const
    memory.learn({ method: 'logging/setLevel', params: { level: 'info' } }, ok)
    memory.learn({ method: 'resources/subscribe', params: { uri: 'a:1' } }, ok)
    memory.learn({ method: 'resources/subscribe', params: { uri: 'a:2' } }, ok)
    memory.learn({ method: 'resources/subscribe', params: { uri: 'a:3' } }, { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } })
    memory.learn({ method: 'resources/unsubscribe', params: { uri: 'a:1' } }, ok)
    expect(memory.restoring()).toEqual([
      { method: 'logging/setLevel', params: { level: 'info' } },
      { method: 'resources/subscribe', params: { uri: 'a:2' } },
    ])
  })

  it('tells of its loss and of its return, wherever that is, and of nothing that its owner wanted', async () => {
    const told: string[] = []
    const session = open((change, { client }) => told.push(`${change} ${client}`))
    const [first, second] = [new TestSeat('a'), new TestSeat('b')]
    session.take(first)
    // It never came to be open there.
    session.vacate(first)
    session.take(first)
    session.opened(first)
    expect(told).toEqual([])
    session.vacate(first)
    session.take(second)
    session.opened(second)
    expect(told.splice(0)).toEqual(['lost a', 'restored b'])
    session.take(first)
    session.opened(second)
    session.opened(first)
    expect(told.splice(0)).toEqual(['lost b', 'restored a'])
    await session.close()
    expect(told).toEqual([])
  })
})
