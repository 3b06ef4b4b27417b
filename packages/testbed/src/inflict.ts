import type { ServerResponse } from 'node:http'
import type { Fault } from './fault.js'
import { cutOff, held, muted } from './response-tap.js'
import type { RecordedRequest } from './request-log.js'

/** Runs the request as the server would; it writes into the response when it likes. */
export type Execute = () => void

/** Lets one request go wrong. */
export async function inflict(fault: Fault, request: RecordedRequest, res: ServerResponse, execute: Execute): Promise<void> {
  if ('execute' in fault && fault.execute === true && fault.kind !== 'hold') await muted(res, execute)
  const id = request.message?.id ?? null
  switch (fault.kind) {
    case 'reset':
      res.socket?.resetAndDestroy()
      return
    case 'status':
      if (fault.retryAfter !== undefined) res.setHeader('retry-after', fault.retryAfter)
      reply(res, fault.status, 'text/plain', fault.body ?? `${fault.status} as asked`)
      return
    case 'error': {
      const error = { code: fault.code, message: fault.message ?? `${fault.code} as asked`, ...(fault.data !== undefined && { data: fault.data }) }
      reply(res, fault.status ?? 200, 'application/json', JSON.stringify({ jsonrpc: '2.0', id, error }))
      return
    }
    case 'garbage':
      reply(res, 200, fault.contentType ?? 'application/json', fault.body ?? '{"jsonrpc":"2.0","result":')
      return
    case 'foreign-id': {
      const result = { resultType: 'complete', content: [{ type: 'text', text: "somebody else's" }] }
      reply(res, 200, 'application/json', JSON.stringify({ jsonrpc: '2.0', id: fault.id ?? 'somebody-else', result }))
      return
    }
    case 'cut':
      cutOff(res, fault.events ?? 0)
      execute()
      return
    case 'silence':
      return
    case 'endless':
      pour(res, id, fault.as ?? 'json')
      return
    case 'slow-header':
      drip(res, fault.interval ?? 20)
      return
    case 'redirect':
      res.setHeader('location', fault.to)
      reply(res, fault.status ?? 307, 'text/plain', 'Moved')
      return
    case 'unauthorized':
      res.setHeader('www-authenticate', fault.challenge ?? 'Bearer error="invalid_token"')
      reply(res, 401, 'application/json', '{"error":"invalid_token"}')
      return
    case 'hold':
      if (fault.execute === true) {
        await held(res, execute, fault.until)
      } else {
        await fault.until
        if (!res.destroyed) execute()
      }
      return
  }
}

function reply(res: ServerResponse, status: number, contentType: string, body: string): void {
  res.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  res.end(body)
}

const BLOCK = 'x'.repeat(64 * 1024)

/** Writes only as fast as the client reads: gigabytes cost no memory here, and a client that stops reading stops it. */
function pour(res: ServerResponse, id: string | number | null, as: 'json' | 'sse-line' | 'sse-events'): void {
  res.writeHead(200, { 'content-type': as === 'json' ? 'application/json' : 'text/event-stream' })
  const [head, block] = endless(id, as)
  res.write(head)
  const more = (): void => {
    while (!res.destroyed && res.write(block));
  }
  res.on('drain', more)
  more()
}

function endless(id: string | number | null, as: 'json' | 'sse-line' | 'sse-events'): [head: string, block: string] {
  const answer = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete","content":[{"type":"text","text":"`
  if (as === 'json') return [answer, BLOCK]
  if (as === 'sse-line') return [`data: ${answer}`, BLOCK]
  const event = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"nobody","progress":1}}\n\n'
  return [': endless\n\n', event.repeat(500)]
}

/** Below the response, on the socket itself: a header that is under way for ever is nothing that `http` can write. */
function drip(res: ServerResponse, interval: number): void {
  const { socket } = res
  if (socket === null) return
  socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
  const timer = setInterval(() => socket.write('x'), interval)
  socket.once('close', () => clearInterval(timer))
}
