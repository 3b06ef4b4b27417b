import { type ReferencePolicyFactory, twoOf } from './reference-policy.js'
import type { Replica } from './replica.js'

/** What a server said when it was probed. */
interface Probe {
  readonly replica: Replica
  outstanding: number
  readonly latency: number
  readonly at: number
  uses: number
}

const POOL_SIZE = 16
const PROBES_PER_CALL = 3
const MOST_AGE = 1_000
/** Probes with more outstanding than this share of those known are hot. */
const HOT_FROM = 0.84
/** Latencies that a server remembers for each number of outstanding requests. */
const REMEMBERED = 64

/**
 * Prequal (Wydrowski et al., NSDI '24): servers are probed for their outstanding requests and for the latency they expect at that
 * number; hot ones are avoided, and of the cold the one with the lowest latency is taken. The paper's defaults; probes cost nothing
 * here and are answered at once, so that it knows more than it would outside.
 */
export const prequal: ReferencePolicyFactory = ({ available, size, random }) => {
  const probes: Probe[] = []
  let removeOldest = false
  // As in the paper with its defaults (delta 1, one removal a call): how often one probe may be used.
  const reuse = (): number => Math.max(1, 2 / ((1 - POOL_SIZE / Math.max(POOL_SIZE + 1, available.length * 4)) * PROBES_PER_CALL - 1))

  const hotFrom = (): number => {
    const counts = Int32Array.from(probes, ({ outstanding }) => outstanding).sort()
    return counts[Math.min(counts.length - 1, Math.floor(HOT_FROM * counts.length))]!
  }

  return {
    pick(now) {
      for (let i = 0; i < PROBES_PER_CALL; i++) {
        const replica = available[Math.floor(random() * available.length)]!
        const { outstanding } = replica
        probes.push({ replica, outstanding, latency: memoryOf(replica).expected(outstanding), at: now, uses: 0 })
      }
      for (let i = probes.length - 1; i >= 0; i--) {
        const { at, replica } = probes[i]!
        if (now - at > MOST_AGE || (available.length < size && !available.includes(replica))) probes.splice(i, 1)
      }
      if (probes.length > POOL_SIZE) probes.splice(0, probes.length - POOL_SIZE)
      if (probes.length === 0) return twoOf(available, random)[0]
      const limit = hotFrom()
      const cold = probes.filter(({ outstanding }) => outstanding <= limit)
      let best = cold[0] ?? probes[0]!
      if (cold.length > 0) for (const probe of cold) best = probe.latency < best.latency ? probe : best
      else for (const probe of probes) best = probe.outstanding < best.outstanding ? probe : best
      best.outstanding++
      if (++best.uses >= reuse()) probes.splice(probes.indexOf(best), 1)
      removeOldest = !removeOldest
      if (removeOldest) probes.shift()
      else removeWorst(probes, limit)
      return best.replica
    },
    started: (replica, call) => memoryOf(replica).began(call, replica.outstanding),
    settled: (replica, ok, latency, _now, call) => memoryOf(replica).ended(call, ok, latency),
  }
}

function removeWorst(probes: Probe[], limit: number): void {
  if (probes.length === 0) return
  const hot = probes.filter(({ outstanding }) => outstanding > limit)
  const worst = hot.length > 0 ? hot.reduce((a, b) => (b.outstanding > a.outstanding ? b : a)) : probes.reduce((a, b) => (b.latency > a.latency ? b : a))
  probes.splice(probes.indexOf(worst), 1)
}

/** What a server knows of itself: latencies of late, by how much it had to do when the request came. */
class Memory {
  readonly #began = new Map<number, number>()
  readonly #latencies: Latencies[] = []

  began(call: number, outstanding: number): void {
    this.#began.set(call, outstanding)
  }

  ended(call: number, ok: boolean, latency: number): void {
    const outstanding = this.#began.get(call)!
    this.#began.delete(call)
    if (ok) (this.#latencies[outstanding] ??= new Latencies()).add(latency)
  }

  /** Median at that number, or at the nearest of which something is known. */
  expected(outstanding: number): number {
    for (let away = 0; away < this.#latencies.length + outstanding; away++) {
      const near = this.#latencies[outstanding - away] ?? this.#latencies[outstanding + away]
      if (near !== undefined) return near.median
    }
    return 0
  }
}

/** The last few, in the order of their coming and in that of their size. */
class Latencies {
  readonly #inTime: number[] = []
  readonly #inSize: number[] = []

  add(latency: number): void {
    this.#inTime.push(latency)
    this.#inSize.splice(this.#placeOf(latency), 0, latency)
    if (this.#inTime.length > REMEMBERED) this.#inSize.splice(this.#placeOf(this.#inTime.shift()!), 1)
  }

  get median(): number {
    return this.#inSize[this.#inSize.length >> 1]!
  }

  #placeOf(latency: number): number {
    let low = 0
    let high = this.#inSize.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#inSize[middle]! < latency) low = middle + 1
      else high = middle
    }
    return low
  }
}

const MEMORIES = new WeakMap<Replica, Memory>()

function memoryOf(replica: Replica): Memory {
  let memory = MEMORIES.get(replica)
  if (memory === undefined) MEMORIES.set(replica, (memory = new Memory()))
  return memory
}
