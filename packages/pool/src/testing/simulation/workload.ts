import type { Milliseconds, Priority } from '../../ports.js'
import { seededRandom } from '../seeded-random.js'
import { subSeed } from './chance.js'
import { meanOf, sampler } from './distribution.js'
import type { Scenario } from './scenario.js'

export const PRIORITIES: readonly Priority[] = ['normal', 'high', 'low']

/** The calls of one run, all drawn before it begins: every policy is given the same ones. */
export interface Workload {
  readonly size: number
  readonly at: Float64Array
  /** Service time at full speed. It belongs to the call: an attempt elsewhere has the same work to do. */
  readonly work: Float64Array
  readonly tool: Uint8Array
  readonly worker: Uint16Array
  /** Places in `PRIORITIES`. */
  readonly priority: Uint8Array
}

/** Each kind of chance has a stream of its own: another distribution of services leaves the arrivals as they are. */
const STREAM = { arrivals: 1, tools: 2, workers: 3, priorities: 4, service: 5 }

export function workloadOf(scenario: Scenario, seed: number): Workload {
  const { tools, workers, priorities } = scenario
  const at = arrivalTimes(scenario, seed)
  const size = at.length
  const stream = (what: number, index = 0): (() => number) => seededRandom(subSeed(seed, what, index))
  const [ofTool, ofWorker, ofPriority] = [stream(STREAM.tools), stream(STREAM.workers), stream(STREAM.priorities)]
  const services = tools.map(({ service }, index) => sampler(service, stream(STREAM.service, index)))
  const shares = tools.reduce((sum, { share }) => sum + share, 0)
  const named = 'replay' in scenario.arrivals ? scenario.arrivals.replay : []
  const workload = {
    size,
    at,
    work: new Float64Array(size),
    tool: new Uint8Array(size),
    worker: new Uint16Array(size),
    priority: new Uint8Array(size),
  }
  for (let call = 0; call < size; call++) {
    let left = ofTool() * shares
    let tool = 0
    while (tool < tools.length - 1 && left >= tools[tool]!.share) left -= tools[tool++]!.share
    const name = named[call]?.tool
    if (name !== undefined) tool = tools.findIndex((each) => each.name === name)
    workload.tool[call] = tool
    workload.work[call] = services[tool]!()
    workload.worker[call] = Math.floor(ofWorker() * workers)
    const rank = ofPriority()
    workload.priority[call] = rank < priorities.high ? 1 : rank < priorities.high + priorities.low ? 2 : 0
  }
  return workload
}

/** Calls a millisecond that use the whole fleet: its lasting speeds over the mean service time. What passes does not count. */
export function capacityOf({ replicas, tools }: Scenario): number {
  const speed = replicas.reduce((sum, group) => sum + group.count * group.slots * group.speed, 0)
  const shares = tools.reduce((sum, { share }) => sum + share, 0)
  const mean = tools.reduce((sum, { share, service }) => sum + (share / shares) * meanOf(service), 0)
  return speed / mean
}

/** Poisson; its rate may rise or fall evenly while the run lasts. */
function arrivalTimes(scenario: Scenario, seed: number): Float64Array {
  const { arrivals, calls, duration } = scenario
  if ('replay' in arrivals)
    return Float64Array.from(
      arrivals.replay.slice(0, calls).filter(({ at }) => at < duration),
      ({ at }) => at,
    )
  const capacity = capacityOf(scenario)
  const [from, to] = 'rate' in arrivals ? [arrivals.rate / 1_000, arrivals.rate / 1_000] : arrivals.utilisation.map((each) => each * capacity)
  const random = seededRandom(subSeed(seed, STREAM.arrivals))
  const times: Milliseconds[] = []
  for (let time = 0; times.length < calls; ) {
    const passed = Math.max(times.length / calls, time / duration)
    time += -Math.log(1 - random()) / (from! + (to! - from!) * passed)
    if (time >= duration) break
    times.push(time)
  }
  return Float64Array.from(times)
}
