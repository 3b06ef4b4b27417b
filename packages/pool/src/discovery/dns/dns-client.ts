import { isIPv6 } from 'node:net'
import type { Answer } from 'dns-packet'
import { DeadlineSignal } from '../../deadline-signal.js'
import { PoolError } from '../../errors.js'
import type { Milliseconds, Timers } from '../../ports.js'
import { type NameServer, overTcp, overUdp } from './dns-exchange.js'
import { type Question, queryFor, type Reply } from './dns-message.js'

const NO_ERROR = 0
const NO_SUCH_NAME = 3
const RCODES: Readonly<Record<number, string>> = { 1: 'FORMERR', 2: 'SERVFAIL', 4: 'NOTIMP', 5: 'REFUSED' }

/** How often all servers are asked, one after the other, before the question is given up. */
const ROUNDS = 2

/**
 * Asks servers for records, until one of them knows.
 *
 * That a name does not exist (NXDOMAIN), or has no such records, is an answer: there is nobody. That a server could not find out (SERVFAIL,
 * REFUSED, silence) is none: the next one is asked, and after two rounds there is an error. Node's own `dns.resolveSrv` gives no time to live,
 * and tells an empty answer from a failure by its error codes only.
 */
export class DnsClient {
  readonly #servers: () => readonly string[]
  readonly #timers: Timers
  readonly #timeout: Milliseconds

  /** `timeout`: of one exchange with one server. */
  constructor(servers: () => readonly string[], timers: Timers, timeout: Milliseconds) {
    this.#servers = servers
    this.#timers = timers
    this.#timeout = timeout
  }

  /** @throws PoolError where no server knew */
  async ask(question: Question, signal: AbortSignal): Promise<Reply> {
    const servers = this.#servers().map(nameServer)
    const failures: Error[] = []
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of servers) {
        signal.throwIfAborted()
        try {
          const reply = await this.#exchange(server, question, signal)
          if (isAnswer(reply)) return reply
          failures.push(new Error(`${shown(server)} says ${RCODES[reply.rcode] ?? (reply.rcode === NO_ERROR ? 'to ask elsewhere' : `rcode ${reply.rcode}`)}`))
        } catch (error) {
          signal.throwIfAborted()
          failures.push(new Error(`${shown(server)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }))
        }
      }
    }
    const words = [...new Set(failures.map(({ message }) => message))].join('; ') || 'there are no DNS servers'
    throw new PoolError('CONNECT_FAILED', `no ${question.type} of ${question.name}: ${words}`, { cause: new AggregateError(failures) })
  }

  async #exchange(server: NameServer, question: Question, signal: AbortSignal): Promise<Reply> {
    const query = queryFor(question)
    const reply = await this.#within(signal, (deadline) => overUdp(server, query, deadline))
    return reply.truncated ? await this.#within(signal, (deadline) => overTcp(server, query, deadline)) : reply
  }

  async #within<T>(signal: AbortSignal, exchange: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadline = new DeadlineSignal(this.#timers, this.#timeout, signal)
    try {
      return await exchange(deadline.signal)
    } finally {
      deadline.clear()
    }
  }
}

/** A referral (no answer, and name servers in place of an SOA) comes from a server that does not look things up for others. */
function isAnswer({ rcode, answers, authorities }: Reply): boolean {
  if (rcode === NO_SUCH_NAME) return true
  if (rcode !== NO_ERROR) return false
  const has = (records: readonly Answer[], type: string): boolean => records.some((record) => record.type === type)
  return answers.length > 0 || has(authorities, 'SOA') || !has(authorities, 'NS')
}

/** `127.0.0.1`, `127.0.0.1:5353`, `::1`, `[::1]:5353`: as `dns.getServers()` writes them. */
export function nameServer(text: string): NameServer {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  return { host: bracketed ?? plain ?? text, port: port === undefined ? 53 : Number(port) }
}

function shown({ host, port }: NameServer): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}
