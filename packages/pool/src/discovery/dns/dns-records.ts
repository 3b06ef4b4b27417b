import type { Answer } from 'dns-packet'
import type { Milliseconds } from '../../ports.js'
import { normalized, type Reply } from './dns-message.js'

/** One place that an SRV record names. */
export interface Service {
  readonly target: string
  readonly port: number
  readonly priority: number
  /** Share of the calls among those of the same priority. */
  readonly weight: number
}

/**
 * The services that a reply names, those of the lowest priority first.
 *
 * A weight of 0 is not none: where all have it they are equal, and where others have more it stands for "a very small chance" (RFC 2782).
 * By the algorithm there all of them together are chosen as often as one record of weight 1 would be; that is what they get here.
 */
export function services({ answers }: Reply): readonly Service[] {
  const records = answers.flatMap((answer) => (answer.type === 'SRV' ? [answer.data] : []))
  // A target of "." says that the service is decidedly not there.
  const offered = records.filter(({ target }) => normalized(target) !== '')
  return offered
    .map(({ target, port, priority = 0, weight = 0 }) => {
      const idle = offered.filter((other) => (other.priority ?? 0) === priority && (other.weight ?? 0) === 0).length
      return { target: normalized(target), port, priority, weight: weight === 0 ? 1 / idle : weight }
    })
    .toSorted((a, b) => a.priority - b.priority)
}

/** The addresses among records: of one name, or whatever they are of. */
export function addresses(records: readonly Answer[], type: 'A' | 'AAAA', name?: string): readonly string[] {
  return records.flatMap((record) => (record.type === type && (name === undefined || normalized(record.name) === name) ? [record.data as string] : []))
}

/**
 * How long a reply may be relied on: the shortest time to live of its answers and of the addresses that came along, and of a negative one
 * what its SOA says (RFC 2308 section 5). undefined: it does not say.
 */
export function timeToLive({ answers, authorities, additionals }: Reply): Milliseconds | undefined {
  const positive = [...answers, ...additionals.filter(({ type }) => type === 'A' || type === 'AAAA')]
  const times =
    answers.length > 0 ? positive.map(ttl) : authorities.flatMap((record) => (record.type === 'SOA' ? [Math.min(ttl(record), record.data.minimum ?? 0)] : []))
  return times.length === 0 ? undefined : Math.min(...times) * 1_000
}

/** Seconds. More than 31 bits are taken for 0 (RFC 2181 section 8). */
function ttl(record: Answer): number {
  const seconds = 'ttl' in record ? (record.ttl ?? 0) : 0
  return seconds > 0x7fff_ffff ? 0 : seconds
}
