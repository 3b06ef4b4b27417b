import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FleetWorld, type OpenCall } from '../../test/fleet-world.js'
import { type ResolvedEndpoint, resolveEndpoint, sameEndpoint } from '../config/index.js'

const IDS = ['a', 'b', 'c', 'd', 'e', 'f']
const MAX_SIZE = 5
const NOBODY = { clientId: undefined, clientSecret: undefined, scope: undefined, endpointDefaults: undefined }

/** As it is described: another weight is the same server, another version is not. */
interface Described {
  readonly id: string
  readonly weight: number
  readonly version: string
}

const described = fc.record({ id: fc.constantFrom(...IDS), weight: fc.constantFrom(1, 2), version: fc.constantFrom('1', '1', '2') })
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ set: fc.uniqueArray(described, { selector: ({ id }) => id, maxLength: IDS.length }) }) },
  { weight: 3, arbitrary: fc.record({ wait: fc.constantFrom(0, 3, 10, 500, 5_000) }) },
  { weight: 4, arbitrary: fc.record({ call: fc.nat({ max: 10 }) }) },
  { weight: 2, arbitrary: fc.record({ settle: fc.nat({ max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ server: fc.constantFrom(...IDS), state: fc.constantFrom('down', 'up', 'up' as const) }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

const resolved = ({ id, weight, version }: Described): ResolvedEndpoint =>
  resolveEndpoint({ id, url: `http://${id}.test/mcp`, weight, headers: { version } }, NOBODY)

class Run {
  readonly world: FleetWorld
  /** What was said last. */
  set: ReadonlyMap<string, ResolvedEndpoint>
  readonly calls: Array<{ readonly call: OpenCall; readonly closed: () => boolean; readonly id: string }> = []
  readonly crashed = new Set<string>()

  constructor(seed: number, minSize: number | undefined) {
    this.world = new FleetWorld(
      [],
      { serviceDiscovery: { watch: () => {}, close: async () => {} }, endpoints: [], minSize, maxSize: MAX_SIZE, idleTimeout: 4_000, retryDelay: 100 },
      seed,
    )
    this.set = new Map()
    this.say(['a', 'b', 'c'].map((id) => resolved({ id, weight: 1, version: '1' })))
  }

  say(endpoints: readonly ResolvedEndpoint[]): void {
    const next = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]))
    const found = endpoints.filter((endpoint) => {
      const known = this.set.get(endpoint.id)
      return known === undefined || !sameEndpoint(known, endpoint)
    })
    const gone = [...this.set.keys()].filter((id) => !next.has(id))
    this.set = next
    this.world.fleet.changeEndpoints({ found, gone })
  }

  async step(operation: Operation): Promise<void> {
    const { world, calls } = this
    if ('set' in operation) this.say(operation.set.map(resolved))
    else if ('wait' in operation) await world.time.run(operation.wait)
    else if ('call' in operation) {
      const client = world.fleet.fit[operation.call % Math.max(1, world.fleet.fit.length)]
      if (client === undefined) return
      const connection = client.connection as unknown as { readonly closed: boolean }
      calls.push({ call: world.call(client), closed: () => connection.closed, id: client.endpoint.id })
    } else if ('settle' in operation) calls.splice(operation.settle % Math.max(1, calls.length), 1)[0]?.call.end()
    else if (operation.state === 'up') world.server(operation.server).state = 'up'
    else {
      this.crashed.add(operation.server)
      world.server(operation.server).crash()
    }
  }

  /** What must never be. */
  get wrong(): unknown {
    const { world, set, calls, crashed } = this
    return {
      cut: calls.filter(({ closed, id }) => closed() && !crashed.has(id)),
      gone: world.fleet.fit.filter(({ endpoint: { id } }) => !set.has(id)),
      tooMany: world.clients.length > MAX_SIZE || world.totals.activeConnections > MAX_SIZE,
    }
  }
}

it.each([undefined, 4])('follows any sequence of sets within its sizes, cuts no call, and uses nobody who is gone (minSize %s)', async (minSize) => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 60 }), fc.nat(), async (operations, seed) => {
      const run = new Run(seed, minSize)
      const { world } = run
      await world.started()
      for (const operation of operations) {
        await run.step(operation)
        await world.time.run(0)
        expect(run.wrong).toEqual({ cut: [], gone: [], tooMany: false })
      }
      for (const server of world.servers.values()) server.state = 'up'
      run.calls.splice(0).forEach(({ call }) => call.end())
      await world.time.run(120_000)
      const { fit } = world.fleet
      const expected = run.set.size === 0 ? 0 : (minSize ?? Math.min(MAX_SIZE, Math.max(2, run.set.size)))
      expect(fit).toHaveLength(expected)
      expect(world.clients).toHaveLength(expected)
      // As it is described now, each in a place of its own.
      for (const { endpoint, weight } of fit) {
        expect(sameEndpoint(endpoint, run.set.get(endpoint.id)!)).toBe(true)
        expect(weight).toBe(endpoint.weight)
      }
      expect(new Set(fit.map(({ place }) => place)).size).toBe(fit.length)
      expect([...world.servers.values()].flatMap(({ connections }) => connections)).toHaveLength(expected)
      await world.during(world.fleet.shutdown())
      expect(world.time.pending).toBe(0)
    }),
    { numRuns: 150 },
  )
}, 60_000)
