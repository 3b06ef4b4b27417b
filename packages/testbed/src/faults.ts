import type { Fault, FaultName } from './fault.js'
import { FAULTS } from './fault.js'
import type { RecordedRequest, RequestFilter } from './request-log.js'
import { matches } from './request-log.js'

interface Planned {
  readonly fault: Fault
  readonly filter: RequestFilter
  times: number
}

interface Chance {
  readonly rate: number
  readonly kinds: ReadonlyArray<Fault | FaultName>
  readonly random: () => number
  readonly filter: RequestFilter
}

/**
 * Which of the coming requests go wrong, and how.
 *
 * Where no filter is given a fault waits for a JSON-RPC request. A client's handshake is one too, and so are its probes:
 * name the method (`'tools/call'`) where those must pass. Notifications, GET and DELETE go wrong only when asked for.
 */
export class Faults {
  #planned: Planned[] = []
  #chance: Chance | undefined

  /** The next `times` requests that the filter picks go wrong; `Infinity` until cleared. Faults planned first come first. */
  next(fault: Fault | FaultName, times = 1, filter: RequestFilter = isRequest): this {
    this.#planned.push({ fault: resolved(fault), filter, times })
    return this
  }

  /** From now on a request goes wrong with probability `rate` (0 … 1), each kind equally likely. */
  random(rate: number, kinds: ReadonlyArray<Fault | FaultName>, random: () => number, filter: RequestFilter = isRequest): this {
    this.#chance = { rate, kinds, random, filter }
    return this
  }

  /** All goes well from now on; what already went wrong stays wrong. */
  clear(): this {
    this.#planned = []
    this.#chance = undefined
    return this
  }

  /** Planned faults that have not happened yet. */
  get pending(): number {
    return this.#planned.reduce((sum, planned) => sum + planned.times, 0)
  }

  /** What is to happen to this request; asked once for each. */
  take(request: RecordedRequest): Fault | undefined {
    const planned = this.#planned.find((candidate) => matches(request, candidate.filter))
    if (planned !== undefined) {
      planned.times--
      if (planned.times <= 0) this.#planned.splice(this.#planned.indexOf(planned), 1)
      return planned.fault
    }
    const chance = this.#chance
    if (chance === undefined || !matches(request, chance.filter) || chance.random() >= chance.rate) return undefined
    const kind = chance.kinds[Math.floor(chance.random() * chance.kinds.length)]
    return kind === undefined ? undefined : resolved(kind)
  }
}

function isRequest(request: RecordedRequest): boolean {
  return request.verb === 'POST' && request.message?.method !== undefined && request.message.id !== undefined
}

function resolved(fault: Fault | FaultName): Fault {
  return typeof fault === 'string' ? FAULTS[fault] : fault
}
