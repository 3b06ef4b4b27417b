import type { Socket } from 'node:net'
import type { RunningServer } from './http-host.js'
import type { JsonRpcMessage } from './json-rpc.js'
import type { Ledger } from './ledger.js'
import { head, json, listenRaw } from './raw-http.js'
import { type RawEra, rawResults } from './raw-results.js'
import { seeded } from './seeded.js'
import { Station, type Visit } from './station.js'

/** What is wrong with a replica. Nothing, where it is not said. */
export interface Ailment {
  /** Everything takes so many times as long. @default 1 */
  readonly slowness?: number
  /** Share of the tool calls that fail with 500, 0 … 1. @default 0 */
  readonly failing?: number
  /** They fail after so many milliseconds at a place. @default 0 */
  readonly failAfter?: number
  /** A share of the tool calls, 0 … 1, is held up by so many milliseconds more, whatever they ask for. @default none */
  readonly stalls?: { readonly share: number; readonly ms: number }
  /** Takes everything and answers nothing. @default false */
  readonly mute?: boolean
}

export interface WorkServerOptions {
  /** @default 0: any that is free */
  readonly port?: number
  /** @default 'both' */
  readonly era?: RawEra
  /** Calls that it works on at once; the others wait in the order in which they came. @default 4 */
  readonly slots?: number
  /** For failures and stalls by chance. @default 1 */
  readonly seed?: number
  /** From the start, until `suffer` says otherwise. @default none */
  readonly ailment?: Ailment
  /** Everything takes so many times as long in the first `ms` after the start. @default not at all */
  readonly cold?: { readonly slowness: number; readonly ms: number }
  /** Told of every execution of `append`, before the answer. @default nobody */
  readonly ledger?: Ledger
}

export interface WorkTally {
  /** Tool calls that came in. */
  readonly asked: number
  /** Most of them that were in work or waiting at once. */
  readonly most: number
  /** By how many milliseconds they took longer than they should have, on average: what the machine adds. */
  readonly late: number
}

export interface WorkServer extends RunningServer {
  /** From now on; what is left out is well. Begins a new tally. */
  suffer(ailment: Ailment): void
  tally(): WorkTally
}

interface WorkCall extends Visit {
  readonly id: string | number
  readonly socket: Socket
  readonly fails: boolean
}

interface Work {
  readonly ms?: number
  readonly key?: string
}

/**
 * A replica as queueing theory knows it: so many places, a queue without end, and service times that its clients decide
 * on. `tools/call` of `work` (safe) or `append` (unsafe) takes `arguments.ms`, so that two runs with the same seed ask for
 * the same work however it is spread. A call whose client is gone, or has cancelled it, frees its place.
 */
export async function startWorkServer(options: WorkServerOptions = {}): Promise<WorkServer> {
  const { port = 0, era = 'both', slots = 4, seed = 1, cold, ledger } = options
  const results = rawResults(era, 'work', 'done')
  const random = seeded(seed)
  const startedAt = performance.now()
  const calls = new Map<string | number, WorkCall>()
  const station = new Station(slots, (call: WorkCall) => {
    calls.delete(call.id)
    if (ailment.mute !== true) call.socket.write(call.fails ? FAILED : json('200 OK', result(call.id, results.get('tools/call')!)))
  })
  let ailment = options.ailment ?? {}
  let asked = 0
  let sessions = 0

  async function work(id: string | number, { name, arguments: args = {} }: { name?: string; arguments?: Work }, socket: Socket): Promise<void> {
    const { slowness = 1, failing = 0, failAfter = 0, stalls = { share: 0, ms: 0 } } = ailment
    const { ms = 0, key = '' } = args
    asked++
    const fails = random() < failing
    const held = random() < stalls.share ? stalls.ms : 0
    if (name === 'append') await ledger?.record('append', key)
    const coldness = (): number => (cold !== undefined && performance.now() - startedAt < cold.ms ? cold.slowness : 1)
    const call: WorkCall = { id, socket, fails, takes: () => (fails ? failAfter : ms * slowness * coldness() + held) }
    calls.set(id, call)
    station.enter(call)
  }

  function giveUp(call: WorkCall | undefined): void {
    if (call === undefined) return
    calls.delete(call.id)
    station.leave(call)
  }

  const server = await listenRaw(port, {
    onClosed(socket) {
      for (const call of calls.values()) if (call.socket === socket) giveUp(call)
    },
    onRequest({ verb, body }, socket) {
      if (ailment.mute === true) return
      if (verb !== 'POST') return void socket.write(head(verb === 'DELETE' ? '200 OK' : '405 Method Not Allowed'))
      const { id, method = '', params = {} } = JSON.parse(body) as JsonRpcMessage & { params?: Record<string, unknown> }
      if (id === undefined || id === null) {
        if (method === 'notifications/cancelled') giveUp(calls.get(params['requestId'] as string | number))
        return void socket.write(head('202 Accepted'))
      }
      if (method === 'tools/call') return void work(id, params, socket)
      const known = results.get(method)
      const session = method === 'initialize' ? `\r\nmcp-session-id: ${++sessions}` : ''
      if (known === undefined)
        socket.write(json('404 Not Found', `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":-32601,"message":"Method not found"}}`))
      else socket.write(json('200 OK', result(id, known), session))
    },
  })

  return {
    ...server,
    suffer: (next) => {
      ailment = next
      asked = 0
      station.reset()
    },
    tally: () => ({ asked, most: station.most, late: station.late }),
    close: async () => {
      station.close()
      await server.close()
    },
  }
}

const FAILED = json('500 Internal Server Error', '{"error":"failed as asked"}')

function result(id: string | number, text: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${text}}`
}
