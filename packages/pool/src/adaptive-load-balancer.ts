import type { Milliseconds, Random } from './ports.js'

/** What it needs of a pool; `MCPClientPool` has it. */
export interface AdaptivePool<Client extends { readonly id: string }> {
  getHealthyClients(): readonly Client[]
  /** What a client has to do, in requests. */
  calculateClientLoad(clientId: string): number
}

/** What became of the tasks that a client was given. */
export interface PerformanceHistory {
  /** Moving share of tasks that succeeded, 0 … 1. */
  successRate: number
  /** Moving mean over those that succeeded; 0 before the first. */
  averageLatency: Milliseconds
  taskCount: number
}

export interface AdaptiveLoadBalancerOptions {
  /** @default Math.random */
  readonly random?: Random
  /** Where `learningRate` starts. Range 0 … 1. @default 0.1 */
  readonly learningRate?: number
}

/** A new result counts for this part of the average, the first few for more. */
const NEWEST = 0.2

/** With each result there is less to learn, but always something: clients change. */
const DECAY = 0.999
const LEAST_LEARNING = 0.01

/** What it weighs, in requests, that a client fails everything. */
const FAILING = 20

/** What it weighs, in requests, that a client is e times slower than the others; and how many times e count at most. */
const SLOW = 2
const UTMOST = 2

/** Results of an average client that are mixed into everyone's: a few say little. */
const PRIOR = 8

/** Histories that are kept; beyond that the oldest goes. */
const MOST_KEPT = 10_000

/**
 * Chooses among a pool's clients by what became of earlier tasks, for programs that do not send through the pool's own pick.
 * (Those that do need none: `loadBalancingAlgorithm: 'adaptive'` sees every call by itself.)
 *
 *     cost = load + 20 × failure rate + 2 × slowness     the lowest wins, ties at random
 *
 * Load comes first, in requests; the others are bounded against it and judged relative to the other clients, or one slow task in the past
 * would outweigh any queue of today. With the probability `learningRate` history is left out, and the less loaded of two clients at random
 * is taken: so everyone is heard of again, and one that fails fast, and so looks idle, gets two in n of those and not all.
 */
export class AdaptiveLoadBalancer<Client extends { readonly id: string }> {
  readonly performanceHistory: Map<string, PerformanceHistory> = new Map()
  /** The share of choices made to learn; falls with each result, down to 0.01. */
  learningRate: number
  readonly #pool: AdaptivePool<Client>
  readonly #random: Random
  /** Tasks given to those of whom nothing is known yet: hope must not send them all. */
  readonly #hopes = new Map<string, number>()

  constructor(pool: AdaptivePool<Client>, options: AdaptiveLoadBalancerOptions = {}) {
    const { random = Math.random, learningRate = 0.1 } = options
    if (!(learningRate >= 0 && learningRate <= 1)) throw new RangeError(`learningRate must be 0 … 1, got ${learningRate}`)
    this.#pool = pool
    this.#random = random
    this.learningRate = learningRate
  }

  /** Who should have the next task; null: nobody is healthy. What the task is makes no difference. */
  async selectClient(_task?: unknown): Promise<Client | null> {
    const clients = this.#pool.getHealthyClients()
    if (clients.length === 0) return null
    const client = clients.length > 1 && this.#random() < this.learningRate ? this.#lessLoadedOfTwo(clients) : this.#cheapest(clients)
    if (!this.performanceHistory.has(client.id)) bound(this.#hopes).set(client.id, (this.#hopes.get(client.id) ?? 0) + 1)
    return client
  }

  /** @param latency in milliseconds; counts where the task succeeded */
  recordResult(clientId: string, success: boolean, latency: Milliseconds): void {
    let history = this.performanceHistory.get(clientId)
    if (history === undefined) {
      history = { successRate: 0, averageLatency: 0, taskCount: 0 }
      bound(this.performanceHistory).set(clientId, history)
      this.#hopes.delete(clientId)
    }
    history.taskCount++
    const part = Math.max(NEWEST, 1 / history.taskCount)
    history.successRate += part * ((success ? 1 : 0) - history.successRate)
    if (success && latency >= 0 && latency < Number.POSITIVE_INFINITY) {
      history.averageLatency += (history.averageLatency > 0 ? part : 1) * (latency - history.averageLatency)
    }
    this.learningRate = Math.max(LEAST_LEARNING, this.learningRate * DECAY)
  }

  #lessLoadedOfTwo(clients: readonly Client[]): Client {
    const first = Math.floor(this.#random() * clients.length)
    const other = Math.floor(this.#random() * (clients.length - 1))
    const second = other < first ? other : other + 1
    return this.#load(clients[second]!) < this.#load(clients[first]!) ? clients[second]! : clients[first]!
  }

  #cheapest(clients: readonly Client[]): Client {
    const typical = this.#typicalLatency(clients)
    let best = clients[0]!
    let lowest = Number.POSITIVE_INFINITY
    let ties = 0
    for (const client of clients) {
      const cost = this.#load(client) + this.#held(client, typical)
      if (cost < lowest) {
        lowest = cost
        best = client
        ties = 1
      } else if (cost === lowest && this.#random() * ++ties < 1) best = client
    }
    return best
  }

  #load({ id }: Client): number {
    const load = this.#pool.calculateClientLoad(id)
    return Number.isNaN(load) ? Number.POSITIVE_INFINITY : load
  }

  /** What its history weighs, in requests: −4 … 24. */
  #held({ id }: Client, typical: number | undefined): number {
    const history = this.performanceHistory.get(id)
    if (history === undefined) return this.#hopes.get(id) ?? 0
    const evidence = history.taskCount / (history.taskCount + PRIOR)
    const slowness = typical !== undefined && history.averageLatency > 0 ? Math.log(history.averageLatency) - typical : 0
    const held = FAILING * (1 - within(history.successRate, 0, 1)) + SLOW * evidence * within(slowness, -UTMOST, UTMOST)
    // Histories are open to those who write tests; what is no number weighs nothing.
    return Number.isFinite(held) ? held : 0
  }

  /** Mean of the logarithms; undefined while none is known. */
  #typicalLatency(clients: readonly Client[]): number | undefined {
    let sum = 0
    let count = 0
    for (const { id } of clients) {
      const latency = this.performanceHistory.get(id)?.averageLatency
      if (latency === undefined || !(latency > 0)) continue
      sum += Math.log(latency)
      count++
    }
    return count > 0 ? sum / count : undefined
  }
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}

/** Makes room for one more. */
function bound<V>(map: Map<string, V>): Map<string, V> {
  if (map.size < MOST_KEPT) return map
  for (const oldest of map.keys()) {
    map.delete(oldest)
    break
  }
  return map
}
