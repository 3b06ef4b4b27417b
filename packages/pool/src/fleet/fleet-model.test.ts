import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FleetWorld, type OpenCall } from '../../test/fleet-world.js'
import { PoolError } from '../errors.js'

const ENDPOINTS = ['a', 'b', 'c', 'd']
const SIZES = { minSize: 3, maxSize: 6 }
const OPTIONS = {
  ...SIZES,
  connectionsPerClient: 2,
  idleTimeout: 4_000,
  connectionTimeout: 1_500,
  requestTimeout: 8_000,
  healthCheckInterval: 3_000,
  healthCheckTimeout: 500,
}

const endpoint = fc.constantFrom(...ENDPOINTS)
const nth = fc.nat({ max: 20 })
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('crash', 'hang', 'heal', 'heal'), endpoint }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drain', 'undrain', 'undrain'), endpoint }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('call', 'call', 'settle', 'fail', 'refuse'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('remove', 'delete', 'lose', 'disconnect', 'reconnect', 'recover', 'misjudge'), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('eject', 'eject', 'reinstate'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('create', 'pressure') }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

/** What must be fit, from nothing but what was announced and what the test did itself. */
class Oracle {
  /** By their probes and connections. */
  readonly well = new Set<string>()
  /** For what their calls came to. */
  readonly out = new Set<string>()
  readonly there = new Set<string>()

  constructor(world: FleetWorld) {
    world.onEvent = ([name, payload]) => {
      const id = (payload as { clientId?: string } | undefined)?.clientId
      if (id === undefined) return
      if (name === 'client:connected') this.there.add(id)
      if (name === 'client:connected' || name === 'client:healthy') this.well.add(id)
      if (name === 'client:unhealthy' || name === 'client:disconnected') {
        this.well.delete(id)
        this.out.delete(id)
      }
      if (name === 'client:ejected') this.out.add(id)
      if (name === 'client:returned') this.out.delete(id)
      // Of its own accord too: one that stands in for another goes when that is back.
      if (name === 'client:draining') this.well.delete(id)
      if (name === 'client:removed') this.leave(id)
    }
  }

  get fit(): Set<string> {
    return new Set([...this.well].filter((id) => !this.out.has(id)))
  }

  leave(id: string): void {
    this.well.delete(id)
    this.there.delete(id)
  }
}

class Run {
  readonly world: FleetWorld
  readonly oracle: Oracle
  readonly calls: OpenCall[] = []
  /** Begun, and not waited for. */
  readonly work: Array<Promise<unknown>> = []

  constructor(seed: number) {
    this.world = new FleetWorld(ENDPOINTS, OPTIONS, seed)
    this.oracle = new Oracle(this.world)
  }

  #background(work: Promise<unknown>): void {
    this.work.push(work.catch(() => {}))
  }

  async step(operation: Operation): Promise<void> {
    const { fleet, time, endpoints } = this.world
    if ('ms' in operation) return time.run(operation.ms)
    if ('endpoint' in operation) {
      const server = this.world.server(operation.endpoint)
      if (operation.do === 'crash') server.crash()
      else if (operation.do === 'hang') server.state = 'hung'
      else if (operation.do === 'heal') server.state = 'up'
      else if (operation.do === 'drain') this.#background(fleet.drain(operation.endpoint))
      else this.#background(fleet.createClient(endpoints.find(({ id }) => id === operation.endpoint)))
      return
    }
    if ('nth' in operation) return this.#touch(operation.do, operation.nth)
    if (operation.do === 'create') this.#background(fleet.createClient())
    else fleet.pressure()
  }

  #touch(what: string, nth: number): void {
    const { world, calls, oracle } = this
    const { fleet, clients } = world
    if (what === 'settle') return void calls.splice(nth % Math.max(1, calls.length), 1)[0]?.end()
    const client = what === 'call' ? fleet.fit[nth % Math.max(1, fleet.fit.length)] : clients[nth % Math.max(1, clients.length)]
    if (client === undefined) return
    if (what === 'call') calls.push(world.call(client))
    else if (what === 'fail') fleet.report(client, 'failed', new PoolError('HTTP_STATUS', '500', { progress: 'sent', status: 500 }))
    else if (what === 'refuse') fleet.report(client, 'failed', new PoolError('CONNECT_FAILED', 'refused', { progress: 'not-sent' }))
    else if (what === 'eject') fleet.eject(client, 'failing', 1_000)
    else if (what === 'reinstate') fleet.reinstate(client)
    else if (what === 'remove') this.#background(fleet.removeClient(client.id))
    else if (what === 'delete') {
      oracle.leave(client.id)
      fleet.views.clients.delete(client.id)
    } else if (what === 'lose') world.server(client.endpoint.id).connections[0]?.lose()
    else if (what === 'disconnect') this.#background(client.disconnect())
    else if (what === 'reconnect') this.#background(client.reconnect())
    else if (what === 'recover') this.#background(fleet.attemptClientRecovery(client.id))
    else {
      oracle.well.delete(client.id)
      // What a user says takes back what calls said.
      oracle.out.delete(client.id)
      fleet.views.healthStatus.set(client.id, { status: 'unhealthy' })
    }
  }

  /** What is to be compared with `expected`. */
  get seen(): unknown {
    const { fleet, clients, totals, snapshots, gone } = this.world
    const places = clients.map(({ place }) => place)
    return {
      fit: new Set(fleet.fit.map(({ id }) => id)),
      available: new Set(fleet.available.map(({ id }) => id)),
      published: snapshots.at(-1) ?? [],
      healthy: clients.filter((client) => this.world.status(client) === 'healthy' && fleet.isHealthy(client.id)),
      there: new Set(clients.map(({ id }) => id)),
      twoInOnePlace: places.filter((place, at) => places.indexOf(place) !== at),
      tooMany: clients.length > SIZES.maxSize || totals.activeConnections > SIZES.maxSize,
      gone: gone.size,
    }
  }

  get expected(): unknown {
    const { fleet, totals } = this.world
    return {
      fit: this.oracle.fit,
      available: this.oracle.well,
      published: fleet.available,
      healthy: fleet.fit,
      there: this.oracle.there,
      twoInOnePlace: [],
      tooMany: false,
      gone: totals.totalConnections - totals.activeConnections,
    }
  }
}

it('agrees with an oracle through crashes, hangs, drains and removals, gets every place back, and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 80 }), fc.nat(), async (operations, seed) => {
      const run = new Run(seed)
      const { world } = run
      await world.started()
      for (const operation of operations) {
        await run.step(operation)
        await world.time.run(0)
        expect(run.seen).toEqual(run.expected)
      }

      for (const server of world.servers.values()) server.state = 'up'
      for (const call of run.calls.splice(0)) call.end()
      for (const client of world.clients) world.fleet.reinstate(client)
      // Longest wait for a recovery, a connection, probes, an interval after a wrong verdict, and idling until what is too much is gone.
      await world.time.run(40_000)
      await world.during(Promise.all(run.work))
      // Ends every drain, also where there is no room for another client.
      for (const one of world.endpoints) await world.during(world.fleet.createClient(one).catch(() => {}))
      await world.time.run(40_000)
      expect(run.seen).toEqual(run.expected)
      expect(world.fleet.fit).toHaveLength(SIZES.minSize)
      expect(world.clients).toHaveLength(SIZES.minSize)
      expect(new Set(world.spread).size).toBe(SIZES.minSize)
      const open = [...world.servers.values()].flatMap(({ connections }) => connections)
      expect(open).toHaveLength(SIZES.minSize)

      await world.fleet.shutdown()
      expect(world.time.pending).toBe(0)
      expect([...world.servers.values()].flatMap(({ connections }) => connections)).toEqual([])
      const events = world.events.length
      await world.time.run(100_000)
      expect(world.events).toHaveLength(events)
    }),
    { numRuns: 200 },
  )
}, 60_000)
