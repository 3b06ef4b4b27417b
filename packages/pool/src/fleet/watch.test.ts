import { describe, expect, it } from 'vitest'
import { ClientHealth } from '../health/index.js'
import { seededRandom, VirtualTime } from '../testing/index.js'
import { Watch, type Watched } from './watch.js'

const INTERVAL = 30_000
const SECOND = 1_000

/** Clients of different workers at one server, and how many probes it gets in each second. */
class Server {
  readonly time = new VirtualTime()
  readonly clients: Client[]
  readonly #random = seededRandom(1)
  seconds: number[] = []
  /** What probes come to. */
  up = true

  constructor(clients: number) {
    this.clients = Array.from({ length: clients }, () => new Client(this, seededRandom(Math.floor(this.#random() * 2 ** 32))))
  }

  probed(): void {
    const second = Math.floor(this.time.now() / SECOND)
    this.seconds[second] = (this.seconds[second] ?? 0) + 1
  }

  /** The probes of each second from `from` to `until`. */
  perSecond(from: number, until: number): number[] {
    return Array.from({ length: (until - from) / SECOND }, (_, index) => this.seconds[from / SECOND + index] ?? 0)
  }
}

class Client implements Watched {
  readonly health = new ClientHealth({ unhealthyThreshold: 1, healthyThreshold: 2 })
  readonly watch: Watch
  readonly #server: Server
  answered = 0
  probes = 0
  sparedAt: number[] = []

  constructor(server: Server, random: () => number) {
    this.#server = server
    this.watch = new Watch(this, server.time, INTERVAL, random)
    this.health.connected()
  }

  async probe(): Promise<void> {
    this.probes++
    this.#server.probed()
    if (this.#server.up ? this.health.probeSucceeded() : this.health.probeFailed() === 'unhealthy') this.watch.pace()
  }

  spared(): void {
    this.sparedAt.push(this.#server.time.now())
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

/** Bounds that 1,000 throws of dice over 30 s keep: about 33 a second, and not twice that in any. */
function expectSpread(counts: readonly number[]): void {
  expect(Math.max(...counts)).toBeLessThan((2 * sum(counts)) / counts.length)
}

describe('the probes of 1,000 workers at one server', () => {
  it('do not come at one moment when all were started at one moment, then or later', async () => {
    const server = new Server(1_000)
    for (const { watch } of server.clients) watch.start()
    await server.time.run(10 * INTERVAL)
    expectSpread(server.perSecond(0, INTERVAL))
    expectSpread(server.perSecond(9 * INTERVAL, 10 * INTERVAL))
    expect(sum(server.perSecond(0, 10 * INTERVAL)) / 10_000).toBeCloseTo(1, 1)
  })

  it('do not come at one moment after all of them got it back at one moment', async () => {
    const server = new Server(1_000)
    for (const { watch } of server.clients) watch.start()
    await server.time.run(INTERVAL)
    server.up = false
    await server.time.run(INTERVAL)
    server.up = true
    await server.time.run(10 * SECOND)
    expect(server.clients.every(({ health }) => health.fit)).toBe(true)
    const from = server.time.now()
    await server.time.run(3 * INTERVAL)
    for (const round of [0, 1, 2]) expectSpread(server.perSecond(from + round * INTERVAL, from + (round + 1) * INTERVAL))
  })

  it('do not come at one moment while it is down, though all look again every second', async () => {
    const server = new Server(1_000)
    server.up = false
    for (const { watch } of server.clients) {
      watch.start()
      void watch.check()
    }
    await server.time.run(60 * SECOND)
    const tenths = Array.from({ length: 10 }, () => 0)
    const before = server.clients.map(({ probes }) => probes)
    for (let tenth = 0; tenth < 10; tenth++) {
      await server.time.run(SECOND / 10)
      for (const [index, { probes }] of server.clients.entries()) {
        tenths[tenth]! += probes - before[index]!
        before[index] = probes
      }
    }
    expect(Math.max(...tenths)).toBeLessThan(300)
  })

  it('are none while calls are answered, whoever is idle is probed in every interval', async () => {
    const server = new Server(1_000)
    for (const { watch } of server.clients) watch.start()
    const busy = server.clients.slice(0, 900)
    await server.time.run(INTERVAL)
    const before = busy.map(({ probes }) => probes)
    for (let round = 0; round < 50; round++) {
      for (const client of busy) client.answered++
      await server.time.run(INTERVAL / 5)
    }
    expect(busy.map(({ probes }) => probes)).toEqual(before)
    expect(busy.every(({ sparedAt }) => sparedAt.length === 10)).toBe(true)
    for (const idle of server.clients.slice(900)) expect(idle.probes).toBe(11)
  })

  it('begin again in the second interval after the last answer, at the latest', async () => {
    const server = new Server(100)
    for (const { watch } of server.clients) watch.start()
    await server.time.run(INTERVAL)
    for (const client of server.clients) client.answered++
    const before = server.clients.map(({ probes }) => probes)
    await server.time.run(2 * INTERVAL)
    expect(server.clients.map(({ probes }, index) => probes - before[index]!)).toEqual(before.map(() => 1))
  })
})
