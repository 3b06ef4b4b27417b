import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'
import type { ResolvedEndpoint } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { ConnectionListener, LiveConnection } from '../ports.js'
import { ScriptedConnection, VirtualTime } from '../testing/index.js'
import { Connections, type ConnectionsOwner } from './connections.js'
import type { ConnectOptions } from './fleet-ports.js'

const WHY = new PoolError('SHUTTING_DOWN', 'over')

/** Connections to a connector that is in the hands of the test, and takes no notice of its signal. */
class Bench implements ConnectionsOwner {
  readonly id = 'client-1'
  readonly endpoint: ResolvedEndpoint
  readonly time = new VirtualTime()
  readonly connections: Connections
  readonly used: LiveConnection[] = []
  readonly heard: string[] = []
  outstanding = 0
  options: ConnectOptions | undefined
  listener: ConnectionListener | undefined
  /** What the connector does when the test says so. */
  connect: (connection: LiveConnection) => void = () => {}
  refuse: (error: Error) => void = () => {}

  constructor() {
    const world = new FleetWorld(['a'], { connectionTimeout: 1_000, requestTimeout: 3_000 })
    this.endpoint = world.endpoints[0]!
    this.connections = new Connections(this, {
      ...world.fleet.options,
      timers: this.time,
      connect: (_endpoint, _id, listener, options) => {
        this.listener = listener
        this.options = options
        return new Promise((resolve, reject) => {
          this.connect = resolve
          this.refuse = reject
        })
      },
    })
  }

  async renew(): Promise<ScriptedConnection> {
    const done = this.connections.renew()
    const connection = this.made()
    this.connect(connection)
    await done
    return connection
  }

  made(): ScriptedConnection {
    return this.listener === undefined ? new ScriptedConnection() : new ScriptedConnection({ listener: this.listener })
  }

  notified(): void {
    this.heard.push('notification')
  }
  asked(): void {
    this.heard.push('request')
  }
  servesChanged(): void {
    this.heard.push('serves')
  }
  reported(): void {
    this.heard.push('metrics')
  }
  sessionChanged(change: string): void {
    this.heard.push(`session ${change}`)
  }
  erred(error: Error): void {
    this.heard.push(error.message)
  }
  lost(error: Error): void {
    this.heard.push(`lost: ${error.message}`)
  }
  connected(connection: LiveConnection): void {
    this.used.push(connection)
  }
  closeFailed(error: Error): void {
    this.heard.push(`close: ${error.message}`)
  }
}

describe('Connections', () => {
  it('makes the first, and then others, one at a time', async () => {
    const bench = new Bench()
    const [one, same] = [bench.connections.renew(), bench.connections.renew()]
    expect(one).toBe(same)
    expect(bench.options?.first).toBe(true)
    const first = bench.made()
    bench.connect(first)
    await one
    const second = await bench.renew()
    expect(bench.options?.first).toBe(false)
    expect(bench.used).toEqual([first, second])
    await bench.time.run(0)
    expect([first.closed, second.closed]).toEqual([true, false])
  })

  it('lets an old one finish what it has, for requestTimeout at most', async () => {
    const bench = new Bench()
    const first = await bench.renew()
    bench.outstanding = 1
    const second = await bench.renew()
    await bench.time.run(2_999)
    expect(first.closed).toBe(false)
    await bench.time.run(1)
    expect([first.closed, second.closed]).toEqual([true, false])
  })

  it('hears the one in use, and no other', async () => {
    const bench = new Bench()
    const first = await bench.renew()
    const old = bench.listener!
    old.onNotification({ jsonrpc: '2.0', method: 'notifications/message' })
    old.onRequest({ jsonrpc: '2.0', id: 1, method: 'roots/list' }, () => {})
    old.onServesChanged()
    old.onMetrics({})
    old.onSession('lost')
    old.onError(new Error('odd'))
    expect(bench.heard.splice(0)).toEqual(['notification', 'request', 'serves', 'metrics', 'session lost', 'odd'])
    bench.outstanding = 1
    await bench.renew()
    old.onNotification({ jsonrpc: '2.0', method: 'notifications/message' })
    old.onRequest({ jsonrpc: '2.0', id: 1, method: 'roots/list' }, () => {})
    old.onServesChanged()
    old.onMetrics({})
    old.onSession('restored')
    old.onError(new Error('odd'))
    first.lose(new Error('old'))
    expect(bench.heard).toEqual([])
    bench.listener?.onLost(new Error('new'))
    expect(bench.heard).toEqual(['lost: new'])
  })

  it('hears nothing but questions of one that is being made: servers ask as soon as they are initialized', async () => {
    const bench = new Bench()
    void bench.connections.renew()
    bench.listener?.onServesChanged()
    bench.listener?.onRequest({ jsonrpc: '2.0', id: 1, method: 'roots/list' }, () => {})
    expect(bench.heard).toEqual(['request'])
  })

  it('takes none that broke before it was taken', async () => {
    const bench = new Bench()
    const done = bench.connections.renew()
    const connection = bench.made()
    bench.connect(connection)
    bench.listener?.onLost(new Error('died at once'))
    await expect(done).rejects.toThrow('died at once')
    expect([bench.used, bench.heard]).toEqual([[], []])
    expect(connection.closed).toBe(true)
  })

  it('closes one that comes after its time, and tells the connector that nobody waits', async () => {
    const bench = new Bench()
    const done = bench.connections.renew()
    await Promise.all([expect(done).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' }), bench.time.run(1_000)])
    expect(bench.options?.signal.aborted).toBe(true)
    const late = bench.made()
    bench.connect(late)
    await bench.time.run(0)
    expect([late.closed, bench.used]).toEqual([true, []])
  })

  it('uses none that comes when it was stopped, at whatever moment that was', async () => {
    for (let moment = -1; moment < 12; moment++) {
      const bench = new Bench()
      const done = bench.connections.renew().catch((error: unknown) => error)
      const connection = bench.made()
      if (moment < 0) bench.connections.stop(WHY)
      bench.connect(connection)
      for (let i = 0; i < moment; i++) await Promise.resolve()
      const used = bench.used.length
      bench.connections.stop(WHY)
      const outcome = await done
      await bench.time.run(0)
      expect([bench.used.length, outcome === WHY, connection.closed]).toEqual([used, used === 0, used === 0])
      await expect(bench.connections.renew()).rejects.toBe(WHY)
    }
  })

  it('goes on with what it has where another cannot be made', async () => {
    const bench = new Bench()
    const first = await bench.renew()
    const done = bench.connections.renew()
    bench.refuse(new Error('refused'))
    await expect(done).rejects.toThrow('refused')
    bench.listener?.onServesChanged()
    expect(bench.heard).toEqual([])
    expect(bench.connections.current?.connection).toBe(first)
    expect(first.closed).toBe(false)
  })
})
