import { Affinity, Balancer, CallKinds, LatencyBook, ReplicaLoad } from '../../packages/pool/dist/balance/index.js'
import { type CallKind, type Connection, Outstanding, type PickQuery, type Target } from '../../packages/pool/dist/ports.js'
import { UNGUARDED } from '../../packages/pool/dist/testing/scripted-target.js'

/** Picks `times` times and returns who came last. Time passes as it really does. */
export type Picker = (times: number) => unknown

/** Requests that are outstanding in the whole fleet, spread at random. */
const OUTSTANDING = 32

/** How many picks there are to a look at the clock; a call looks once for much else. */
const STRIDE = 100

class OpenAttempt extends Outstanding {
  readonly kind: CallKind
  constructor(kind: CallKind) {
    super()
    this.kind = kind
  }
  override fire(): void {}
}

const connection: Connection = {
  era: 'modern',
  serves: () => 'yes',
  tool: () => undefined,
  start: () => {
    throw new Error('nothing is called here')
  },
}

/** The pool's own, whole: eligibility, remembered by kind, and a policy over a snapshot. */
function balancer(algorithm: 'least-load' | 'round-robin' | 'weighted' | 'random', size: number, keys?: number): Picker {
  const kind = new CallKinds().kindOf('tools/call', 'echo')
  const book = new LatencyBook()
  const loads = Array.from({ length: size }, () => new ReplicaLoad(book))
  const targets = loads.map(
    (load, i): Target => ({
      id: `client-${i}`,
      place: `server-${i}/0`,
      endpointLabel: `http://server-${i}/mcp`,
      connection,
      load,
      guard: UNGUARDED,
      weight: 1,
    }),
  )
  const now = performance.now()
  // Everyone has had a past: none of them is in the state in which it was made.
  for (const load of loads) {
    const attempt = new OpenAttempt(kind)
    load.started(attempt, now - 50 * Math.random())
    load.settled(attempt, 'ok', now)
  }
  for (let i = 0; i < OUTSTANDING; i++) loads[Math.floor(Math.random() * size)]!.started(new OpenAttempt(kind), now)
  const subject = new Balancer({ random: Math.random, affinity: new Affinity(), algorithm: () => algorithm })
  subject.update(targets)
  const query = (affinity?: string): PickQuery => ({
    kind,
    affinity,
    requirements: undefined,
    session: undefined,
    onlyEra: undefined,
    only: undefined,
    tried: [],
  })
  const queries = keys === undefined ? [query()] : Array.from({ length: keys }, (_, i) => query(`project-${i}`))
  return (times) => {
    let picked: unknown
    for (let i = 0; i < times; i += STRIDE) {
      const time = performance.now()
      for (let j = 0; j < STRIDE; j++) picked = subject.pick(queries[(i + j) % queries.length]!, time)
    }
    return picked
  }
}

/** What is usually written instead, over plain objects, without eligibility. */
interface PlainClient {
  readonly id: string
  readonly healthy: boolean
  activeRequests: number
  cpuUsage: number
  averageLatency: number
}

function plain(size: number, pick: (clients: PlainClient[]) => PlainClient): Picker {
  const clients = Array.from(
    { length: size },
    (_, i): PlainClient => ({ id: `client-${i}`, healthy: true, activeRequests: 0, cpuUsage: 10, averageLatency: 50 * Math.random() }),
  )
  for (let i = 0; i < OUTSTANDING; i++) clients[Math.floor(Math.random() * size)]!.activeRequests++
  return (times) => {
    let picked: unknown
    for (let i = 0; i < times; i++) picked = pick(clients)
    return picked
  }
}

let turn = 0
const cost = (client: PlainClient): number => client.activeRequests * 100 + client.cpuUsage + client.averageLatency / 10

export const SUBJECTS: Readonly<Record<string, (size: number) => Picker>> = {
  'least-load': (size: number) => balancer('least-load', size),
  'round-robin': (size: number) => balancer('round-robin', size),
  weighted: (size: number) => balancer('weighted', size),
  random: (size: number) => balancer('random', size),
  'affinity, key known': (size: number) => balancer('least-load', size, 1_000),
}

export const PEERS: Readonly<Record<string, (size: number) => Picker>> = {
  'a counter': (size: number) => plain(size, (clients) => clients[turn++ % clients.length]!),
  'two random choices': (size: number) =>
    plain(size, (clients) => {
      const one = clients[Math.floor(Math.random() * clients.length)]!
      const other = clients[Math.floor(Math.random() * clients.length)]!
      return other.activeRequests < one.activeRequests ? other : one
    }),
  'a scan': (size: number) =>
    plain(size, (clients) => {
      let best = clients[0]!
      for (const client of clients) if (cost(client) < cost(best)) best = client
      return best
    }),
  'filter, map, sort': (size: number) =>
    plain(
      size,
      (clients) =>
        clients
          .filter(({ healthy }) => healthy)
          .map((client) => ({ client, score: cost(client) }))
          .sort((a, b) => a.score - b.score)[0]!.client,
    ),
}
