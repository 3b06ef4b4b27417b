import type { Milliseconds } from '../../ports.js'
import type { Distribution } from './distribution.js'
import type { When } from './phases.js'
import type { SimulatedPoolOptions } from './pool-settings.js'

/** Calls that are alike. */
export interface SimulatedTool {
  readonly name: string
  /** Part of the calls, relative to the other tools. */
  readonly share: number
  /** May run twice. */
  readonly safe: boolean
  /** Of a replica at full speed. */
  readonly service: Distribution
}

/** What is wrong with a replica, always or at times. */
export type Trouble = { readonly when: When } /** `sparesRunning`: what is being worked on goes on at the speed with which it began. */ & (
  | { readonly does: 'slow'; readonly speed: number; readonly sparesRunning: boolean }
  /** Attempts fail with that probability, after holding a slot for so long; `answer`: with an error that is an answer. */
  | { readonly does: 'fail'; readonly probability: number; readonly after: Milliseconds; readonly as: 'error' | 'refusal' | 'answer' }
  /** Attempts are swallowed with that probability; their connection breaks after so long, or never. */
  | { readonly does: 'hang'; readonly probability: number; readonly after?: Milliseconds | undefined }
  /** Attempts take so much longer with that probability, whatever they are: compaction, collection of garbage, a neighbour. */
  | { readonly does: 'stall'; readonly probability: number; readonly delay: Distribution }
)

/** Replicas that are alike. */
export interface ReplicaGroup {
  readonly name: string
  readonly count: number
  /** Requests that a replica works on at once; the others wait in its queue, first come, first served. */
  readonly slots: number
  /** Requests that may wait; one more is refused with 503. */
  readonly queue: number
  /** Lasting speed: 1 takes as long as the tool's service time says, 1/5 five times as long. */
  readonly speed: number
  /** Where it stands. */
  readonly zone: string | undefined
  /** The pool's `weight`. */
  readonly weight: number
  /** After each start it is that slow for that long. */
  readonly warmUp: { readonly speed: number; readonly length: Milliseconds } | undefined
  /**
   * Reports its utilisation with every answer, as ORCA does. `cpu`: of its machine, to which neighbours that slow it down add; `own-cpu`: that, and
   * its own part of it; `true` or `requests`: all requests that it has over its slots.
   */
  readonly reports: boolean | 'requests' | 'cpu' | 'own-cpu'
  readonly troubles: readonly Trouble[]
}

/** Replicas are restarted, one after the other, and begin again when all had their turn. */
export interface Restarts {
  /** Name of a group; undefined: all. */
  readonly group: string | undefined
  readonly first: Milliseconds
  readonly every: Milliseconds
  /** How long the process is away. */
  readonly down: Milliseconds
  /** How long it may finish what it has, taking nothing new; 0: it is killed, and what it had is lost. */
  readonly drain: Milliseconds
  /** How long the pool takes to notice that it was killed. */
  readonly noticed: Milliseconds
}

export type Arrivals =
  /** Of the sum of lasting speeds; with two numbers from the first to the second, evenly over the run. */
  | { readonly utilisation: readonly [from: number, to: number] }
  /** Calls a second. */
  | { readonly rate: number }
  | { readonly replay: ReadonlyArray<{ readonly at: Milliseconds; readonly tool?: string }> }

/** Where the workers stand, and what that costs. */
export interface Zones {
  /** The first worker stands in the first of them, and so on, and then from the beginning: who is named twice has twice as many. */
  readonly workers: readonly string[]
  /** What an answer from another zone takes longer. */
  readonly latency: Milliseconds
}

/** A fleet, what is asked of it, and what goes wrong. With a seed it is everything that a run depends on. */
export interface Scenario {
  readonly name: string
  readonly about: string
  /** The run ends with the last of so many, or after so long, whichever comes first. */
  readonly calls: number
  readonly duration: Milliseconds
  /** Calls of a quick run. */
  readonly quickCalls: number
  /** Pools that share the fleet and know nothing of each other. */
  readonly workers: number
  readonly zones: Zones | undefined
  readonly arrivals: Arrivals
  readonly tools: readonly SimulatedTool[]
  readonly replicas: readonly ReplicaGroup[]
  readonly restarts: Restarts | undefined
  /** Shares of calls with a priority other than normal. */
  readonly priorities: { readonly high: number; readonly low: number }
  /** The call's own `timeout`. */
  readonly timeout: Milliseconds | undefined
  /** An answer that comes later is no success. */
  readonly within: Milliseconds | undefined
  /** A request that is given up is no work any more; `false`: servers go on with it. */
  readonly cancellable: boolean
  /** Options of the pool, where they are not its defaults. */
  readonly pool: SimulatedPoolOptions
  /** Who is compared; see `POLICIES`. */
  readonly policies: readonly string[]
}
