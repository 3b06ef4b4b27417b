import type { Milliseconds, Requirements, Signal } from '../ports.js'
import type { Check } from './checks.js'
import { boolean, choice, isRecord, text, unknownName } from './checks.js'
import { callHeaders, type ReadHeaders } from './headers.js'
import { hedgeDelay } from './hedge-delay.js'
import type { CallHedge, CallOptions } from './options.js'
import { Place, Problems } from './problems.js'
import { duration, durationOrNone } from './quantities.js'
import { quoted } from './shown.js'

/**
 * What each door takes of a call, read once where it comes in: behind the doors nobody looks at it again, and a call with a `signal`
 * that is none would be open for ever.
 *
 * Unlike options of the pool they are read on a call's way: only what is given costs something.
 */

type Reads<T> = Pick<Check<T>, 'read'>
type Readers<Options> = { readonly [Name in keyof Options]-?: Reads<NonNullable<Options[Name]>> }

const signal: Reads<AbortSignal> = {
  read: (value, place) => (isSignal(value) ? value : place.wrong('an AbortSignal, as the `signal` of an AbortController', value)),
}

const hedge: Reads<boolean | CallHedge> = {
  read(value, place) {
    if (typeof value === 'boolean') return value
    if (!isRecord(value)) return place.wrong('true, false or { after }', value)
    for (const name in value)
      if (name !== 'after') return place.must(`be { after } for a call, got ${quoted(name)}: what hedges may add is said for the whole pool`)
    if (value.after !== undefined) hedgeDelay.read(value.after, place.member('after'))
    return value
  },
}

const requirements: Reads<Requirements> = {
  read: (value, place) => (isRecord(value) ? value : place.wrong('an object', value)),
}

const listener: Reads<(...args: never[]) => void> = {
  read: (value, place) => (typeof value === 'function' ? (value as () => void) : place.wrong('a function', value)),
}

const ofClient = { affinity: text, requirements, priority: choice('high', 'normal', 'low'), tenant: text, queueTimeout: duration }
const ofAll: Readers<ReadHeaders<Omit<CallOptions, 'signal'>>> = { ...ofClient, timeout: duration, idempotent: boolean, hedge, headers: callHeaders }
const ofCall: Readers<ReadHeaders<CallOptions>> = { ...ofAll, signal }

/** Returns the options as they are to be used. @throws PoolError `CONFIG`, naming all that is wrong */
type Reader = <Options extends object>(options: Options) => ReadHeaders<Options>

/** Of one call through `pool.transport()`. */
export const readCallOptions: Reader = reader(ofCall)
/** Of all calls of one `pool.transport()`. */
export const readTransportOptions: Reader = reader(ofAll)
export const readRequestOptions: Reader = reader({ ...ofCall, onNotification: listener })
export const readVerbOptions: Reader = reader({ ...ofCall, onprogress: listener })
export const readClientOptions: Reader = reader(ofClient)
export const readShutdownOptions: Reader = reader<{ timeout: Milliseconds }>({ timeout: durationOrNone })

function reader<Options>(readers: Readers<Options>): Reader {
  const byName = new Map<string, Reads<unknown>>(Object.entries(readers))
  return (options) => {
    const problems = new Problems()
    const given: unknown = options
    let headers: unknown
    if (!isRecord(given)) new Place(problems, 'options').wrong('an object', given)
    else
      for (const name in given) {
        const reads = byName.get(name)
        if (reads === undefined) unknownName(name, [...byName.keys()], new Place(problems))
        else if (given[name] !== undefined) {
          const value = reads.read(given[name], new Place(problems, name))
          if (name === 'headers') headers = value
        }
      }
    problems.throwIfAny()
    // Nothing else is read into something new.
    return (headers === undefined ? options : { ...options, headers }) as ReadHeaders<typeof options>
  }
}

function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<Signal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
}
