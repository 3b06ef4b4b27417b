import { leastOf, type ReferencePolicy, type ReferencePolicyFactory, type ReferenceView, twoOf } from './reference-policy.js'
import type { Replica } from './replica.js'

export const roundRobin: ReferencePolicyFactory = ({ available, worker }) => {
  let turn = worker
  return { pick: () => available[turn++ % available.length]! }
}

export const uniformly: ReferencePolicyFactory = ({ available, random }) => ({ pick: () => available[Math.floor(random() * available.length)]! })

/** Counts what one worker has outstanding at each replica, which is all that most policies know. */
class Outstanding implements Pick<ReferencePolicy, 'started' | 'settled'> {
  readonly #counts: Int32Array
  constructor({ size }: ReferenceView) {
    this.#counts = new Int32Array(size)
  }
  of(replica: Replica): number {
    return this.#counts[replica.index]!
  }
  started(replica: Replica): void {
    this.#counts[replica.index]!++
  }
  settled(replica: Replica): void {
    this.#counts[replica.index]!--
  }
}

/** Mitzenmacher 1996. */
export const twoChoices: ReferencePolicyFactory = (view) => {
  const outstanding = new Outstanding(view)
  return {
    pick() {
      const [a, b] = twoOf(view.available, view.random)
      return outstanding.of(b) < outstanding.of(a) ? b : a
    },
    started: (replica) => outstanding.started(replica),
    settled: (replica) => outstanding.settled(replica),
  }
}

/** HAProxy `leastconn`, nginx `least_conn`: all are compared. */
export const leastOutstanding: ReferencePolicyFactory = (view) => {
  const outstanding = new Outstanding(view)
  return {
    pick: () => leastOf(view.available, view.random, (replica) => outstanding.of(replica)),
    started: (replica) => outstanding.started(replica),
    settled: (replica) => outstanding.settled(replica),
  }
}

/** As Finagle does it, with its defaults: latency jumps to a peak and decays with 10 s; times outstanding + 1; of two choices. */
export const peakEwma: ReferencePolicyFactory = (view) => {
  const outstanding = new Outstanding(view)
  const ewma = new Float64Array(view.size)
  const stamp = new Float64Array(view.size)
  const decay = 10_000
  const unknown = 2 ** 31
  const observe = ({ index }: Replica, latency: number, now: number): void => {
    const weight = Math.exp(-(now - stamp[index]!) / decay)
    ewma[index] = latency > ewma[index]! ? latency : ewma[index]! * weight + latency * (1 - weight)
    stamp[index] = now
  }
  const cost = (replica: Replica, now: number): number => {
    observe(replica, 0, now)
    const count = outstanding.of(replica)
    return ewma[replica.index] === 0 && count > 0 ? unknown + count : ewma[replica.index]! * (count + 1)
  }
  return {
    pick(now) {
      const [a, b] = twoOf(view.available, view.random)
      return cost(b, now) < cost(a, now) ? b : a
    },
    started: (replica) => outstanding.started(replica),
    settled(replica, _ok, latency, now) {
      outstanding.settled(replica)
      observe(replica, latency, now)
    },
  }
}

/** The formula of the pool's first design: unlike units added up. */
export const unlikeUnits: ReferencePolicyFactory = (view) => {
  const outstanding = new Outstanding(view)
  const latencies = new Latencies(view)
  return {
    pick: () => leastOf(view.available, view.random, (replica) => outstanding.of(replica) * 100 + latencies.of(replica) / 10),
    started: (replica) => outstanding.started(replica),
    settled(replica, _ok, latency) {
      outstanding.settled(replica)
      latencies.add(replica, latency, 0.2)
    },
  }
}

/** The adaptive balancer of that design: the best score so far, and now and then anybody. */
export const epsilonGreedy: ReferencePolicyFactory = (view) => {
  const outstanding = new Outstanding(view)
  const latencies = new Latencies(view, 1_000)
  const success = new Float64Array(view.size).fill(0.5)
  let learningRate = 0.1
  return {
    pick() {
      if (view.random() < learningRate) return view.available[Math.floor(view.random() * view.available.length)]!
      const load = (replica: Replica): number => outstanding.of(replica) * 100 + latencies.of(replica) / 10
      return leastOf(view.available, view.random, (replica) => latencies.of(replica) / 10 + load(replica) / 10 - 100 * success[replica.index]!)
    },
    started: (replica) => outstanding.started(replica),
    settled(replica, ok, latency) {
      outstanding.settled(replica)
      success[replica.index] = 0.2 * (ok ? 1 : 0) + 0.8 * success[replica.index]!
      latencies.add(replica, latency, 0.2)
      learningRate = Math.max(0.01, learningRate * 0.999)
    },
  }
}

class Latencies {
  readonly #means: Float64Array
  constructor({ size }: ReferenceView, initial = 0) {
    this.#means = new Float64Array(size).fill(initial)
  }
  of(replica: Replica): number {
    return this.#means[replica.index]!
  }
  add(replica: Replica, latency: number, weight: number): void {
    this.#means[replica.index]! += weight * (latency - this.#means[replica.index]!)
  }
}
