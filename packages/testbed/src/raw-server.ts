import type { Socket } from 'node:net'
import type { RunningServer } from './http-host.js'
import type { JsonRpcMessage } from './json-rpc.js'
import { events, head, json, listenRaw } from './raw-http.js'
import { type RawEra, rawResults } from './raw-results.js'

export interface RawServerOptions {
  /** @default 0: any that is free */
  readonly port?: number
  /** How results are sent. @default 'json' */
  readonly answer?: 'json' | 'sse'
  /** @default 'both' */
  readonly era?: RawEra
  /** Length of the text in a tool's result. @default 16 */
  readonly bytes?: number
  /** Milliseconds before each answer. @default 0 */
  readonly delay?: number
}

/**
 * Starts a server that costs next to nothing, to load clients with: results are strings made beforehand, and only the id
 * is put in. It checks nothing, knows every tool, and gives sessions out without remembering them.
 */
export function startRawServer(options: RawServerOptions = {}): Promise<RunningServer> {
  const { port = 0, answer = 'json', era = 'both', bytes = 16, delay = 0 } = options
  const results = rawResults(era, 'echo', 'x'.repeat(bytes))
  let sessions = 0

  function reply(socket: Socket, body: string): void {
    const { id, method } = JSON.parse(body) as JsonRpcMessage
    if (id === undefined || id === null) return void socket.write(head('202 Accepted'))
    const session = method === 'initialize' ? `\r\nmcp-session-id: ${++sessions}` : ''
    const result = results.get(method ?? '')
    const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`
    if (result === undefined) socket.write(json('404 Not Found', `${start}"error":{"code":-32601,"message":"Method not found"}}`))
    else if (answer === 'json') socket.write(json('200 OK', `${start}"result":${result}}`, session))
    else socket.write(events(`${start}"result":${result}}`, session))
  }

  return listenRaw(port, {
    onRequest({ verb, body }, socket) {
      if (verb !== 'POST') socket.write(head(verb === 'DELETE' ? '200 OK' : '405 Method Not Allowed'))
      else if (delay === 0) reply(socket, body)
      else setTimeout(reply, delay, socket, body)
    },
  })
}
