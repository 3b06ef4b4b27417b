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
/** Latencies that a server remembers, each with how many it had outstanding. */
const REMEMBERED = 64

/**
 * Prequal (Wydrowski et al., NSDI '24): servers are probed for their outstanding requests and for the latency they expect at that
 * number; hot ones are avoided, and of the cold the one with the lowest latency is taken. The paper's defaults; probes cost nothing
 * here and are answered at once, so that it knows more than it would outside.
 */
export const prequal: ReferencePolicyFactory = ({ available, random }) => {
  const probes: Probe[] = []
  let removeOldest = false
  // As in the paper with its defaults (delta 1, one removal a call): how often one probe may be used.
  const reuse = (): number => Math.max(1, 2 / ((1 - POOL_SIZE / Math.max(POOL_SIZE + 1, available.length * 4)) * PROBES_PER_CALL - 1))

  const hotFrom = (): number => {
    const counts = probes.map(({ outstanding }) => outstanding).sort((a, b) => a - b)
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
        if (now - probes[i]!.at > MOST_AGE || !available.includes(probes[i]!.replica)) probes.splice(i, 1)
      }
      if (probes.length > POOL_SIZE) probes.splice(0, probes.length - POOL_SIZE)
      if (probes.length === 0) return twoOf(available, random)[0]
      const limit = hotFrom()
      const cold = probes.filter(({ outstanding }) => outstanding < limit)
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
    started(replica) {
      memoryOf(replica).placed.push(replica.outstanding)
    },
    settled(replica, ok, latency) {
      const memory = memoryOf(replica)
      if (ok) memory.add(memory.placed.shift() ?? 0, latency)
      else memory.placed.shift()
    },
  }
}

function removeWorst(probes: Probe[], limit: number): void {
  if (probes.length === 0) return
  const hot = probes.filter(({ outstanding }) => outstanding >= limit)
  const worst = hot.length > 0 ? hot.reduce((a, b) => (b.outstanding > a.outstanding ? b : a)) : probes.reduce((a, b) => (b.latency > a.latency ? b : a))
  probes.splice(probes.indexOf(worst), 1)
}

/** What a server knows of itself: latencies of late, with how much it had to do. */
class Memory {
  readonly placed: number[] = []
  readonly #samples: Array<{ readonly outstanding: number; readonly latency: number }> = []

  add(outstanding: number, latency: number): void {
    this.#samples.push({ outstanding, latency })
    if (this.#samples.length > REMEMBERED) this.#samples.shift()
  }

  /** Median of those that began with about as many outstanding. */
  expected(outstanding: number): number {
    if (this.#samples.length === 0) return 0
    const near = [...this.#samples].sort((a, b) => Math.abs(a.outstanding - outstanding) - Math.abs(b.outstanding - outstanding)).slice(0, 16)
    const latencies = near.map(({ latency }) => latency).sort((a, b) => a - b)
    return latencies[latencies.length >> 1]!
  }
}

const MEMORIES = new WeakMap<Replica, Memory>()

function memoryOf(replica: Replica): Memory {
  let memory = MEMORIES.get(replica)
  if (memory === undefined) MEMORIES.set(replica, (memory = new Memory()))
  return memory
}
