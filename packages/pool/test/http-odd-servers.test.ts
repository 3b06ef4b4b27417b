import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import { startModernServer } from '@mcp-client-pool/testbed'
import { Agent } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/ports.js'
import { ListedTokens, Worlds } from './http-world.js'
import { CERTIFICATE, KEY } from './tls-pair.js'

/** Servers that no SDK writes, and that exist all the same. */

interface Message {
  readonly id?: number
  readonly method: string
  readonly params?: JsonObject
}
type Answer = (res: ServerResponse, message: Message, req: IncomingMessage) => void

const worlds = new Worlds()
const closing: Array<() => Promise<unknown>> = []
const DISCOVERED = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
const INITIALIZED = { protocolVersion: '2025-11-25', capabilities: { tools: {}, logging: {} }, serverInfo: { name: 'odd', version: '1' } }

afterEach(async () => {
  await worlds.close()
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function listen(server: Pick<Server, 'listen' | 'close' | 'address' | 'closeAllConnections'>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

/** Answers by method; what is not named gets `{}`, notifications 202, everything but POST 405. */
function odd(answers: Record<string, Answer>): Promise<string> {
  return listen(
    createServer((req, res) => {
      let body = ''
      req.on('data', (chunk: Buffer) => (body += chunk.toString()))
      req.on('end', () => {
        if (req.method !== 'POST') return void res.writeHead(405).end()
        const message = JSON.parse(body) as Message
        const answer = answers[message.method]
        if (answer !== undefined) answer(res, message, req)
        else if (message.id === undefined) res.writeHead(202).end()
        else json(res, { jsonrpc: '2.0', id: message.id, result: {} })
      })
    }),
  )
}

const json = (res: ServerResponse, body: unknown, status = 200): void =>
  void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const events = (res: ServerResponse): ServerResponse => res.writeHead(200, { 'content-type': 'text/event-stream' })
const event = (message: unknown): string => `data: ${JSON.stringify(message)}\n\n`
const result =
  (value: JsonObject): Answer =>
  (res, { id }) =>
    json(res, { jsonrpc: '2.0', id, result: value })
const modern = (answers: Record<string, Answer> = {}) => odd({ 'server/discover': result(DISCOVERED), 'tools/list': result({ tools: [] }), ...answers })
const legacy = (answers: Record<string, Answer> = {}) =>
  odd({ 'server/discover': (res) => json(res, { error: 'what?' }, 400), initialize: result(INITIALIZED), 'tools/list': result({ tools: [] }), ...answers })

describe('answers', () => {
  it('takes a batch, as 2025-03-26 has them', async () => {
    const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 0, progress: 1 } }
    const url = await legacy({
      'tools/call': (res, { id }) =>
        json(res, [
          { ...progress, params: { ...progress.params, progressToken: id } },
          { jsonrpc: '2.0', id, result: { ok: 1 } },
        ]),
    })
    const { begin } = await worlds.connect(url)
    const attempt = begin('tools/call', { name: 'x', _meta: { progressToken: 'p' } })
    expect(await attempt.result).toEqual({ jsonrpc: '2.0', id: 'callers-own', result: { ok: 1 } })
    expect(attempt.notifications).toMatchObject([{ params: { progressToken: 'p' } }])
  })

  it('reads a stream that comes byte by byte', async () => {
    const url = await modern({
      'tools/call': (res, { id }) => {
        const bytes = Buffer.from(
          `\uFEFF: hi\r\nevent: message\r\n${event({ jsonrpc: '2.0', id, result: { text: 'größe 世界 😀' } }).replaceAll('\n', '\r\n')}`,
        )
        events(res)
        for (const byte of bytes) res.write(Buffer.of(byte))
        res.end()
      },
    })
    const { call } = await worlds.connect(url)
    expect(await call('x').result).toMatchObject({ result: { text: 'größe 世界 😀' } })
  })

  it('has the answer at once where the stream does not end with it, and its socket soon', async () => {
    const url = await modern({ 'tools/call': (res, { id }) => void events(res).write(event({ jsonrpc: '2.0', id, result: {} })) })
    const { call } = await worlds.connect(url, { config: { connectionsPerClient: 1 } })
    await call('x').result
    expect(await call('x').result).toHaveProperty('result')
  })

  it.each([
    ['without an id', null],
    ['with a word for an id', 'server-error'],
  ])('takes an error %s for an answer', async (_, id) => {
    const url = await modern({ 'tools/call': (res) => json(res, { jsonrpc: '2.0', id, error: { code: -32_602, message: 'no' } }, 400) })
    const { call } = await worlds.connect(url)
    expect(await call('x').result).toEqual({ jsonrpc: '2.0', id: 'callers-own', error: { code: -32_602, message: 'no' } })
  })

  it.each<[string, Answer]>([
    ['nothing at all', (res) => res.writeHead(202).end()],
    ['no content', (res) => res.writeHead(204).end()],
    ['a notification alone', (res) => json(res, { jsonrpc: '2.0', method: 'notifications/message', params: {} })],
    ['an empty batch', (res) => json(res, [])],
    ['null', (res) => json(res, null)],
    ['a result that is no object', (res, { id }) => json(res, { jsonrpc: '2.0', id, result: 'yes' })],
    ['an error without a code', (res, { id }) => json(res, { jsonrpc: '2.0', id, error: { message: 'no' } })],
    ['an error of another request', (res) => json(res, { jsonrpc: '2.0', id: 999_999_999, error: { code: 1, message: 'no' } })],
    ['the id as text', (res, { id }) => json(res, { jsonrpc: '2.0', id: String(id), result: {} })],
    ['an event that is no JSON', (res) => events(res).end('data: {\n\n')],
  ])('fails on %s', async (_, answer) => {
    const { call } = await worlds.connect(await modern({ 'tools/call': answer }))
    const attempt = call('x')
    expect(await attempt.failure).toMatchObject({ code: 'PROTOCOL', progress: 'sent' })
    expect(attempt.settled).toBe(1)
  })

  it('fails on a stream that ends without an answer', async () => {
    const { call } = await worlds.connect(await modern({ 'tools/call': (res) => events(res).end(': bye\n\n') }))
    expect(await call('x').failure).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
  })

  it('reads no error body without end', async () => {
    const url = await modern({
      'tools/call': (res) => {
        res.writeHead(500, { 'content-type': 'text/plain' })
        const more = (): void => {
          while (res.write('x'.repeat(65_536)));
        }
        res.on('drain', more)
        more()
      },
    })
    const { call } = await worlds.connect(url)
    expect(await call('x').failure).toMatchObject({ code: 'HTTP_STATUS', status: 500, progress: 'sent' })
  })

  it('reports a question that a server of the modern era must not ask, and takes the answer', async () => {
    const url = await modern({
      'tools/call': (res, { id }) =>
        events(res).end(event({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: {} }) + event({ jsonrpc: '2.0', id, result: {} })),
    })
    const { call, heard } = await worlds.connect(url)
    const attempt = call('x')
    await attempt.result
    expect([attempt.questions, heard.errors.map(({ message }) => message)]).toEqual([[], [expect.stringContaining('sampling/createMessage')]])
  })

  it('lets a modern caller of a legacy server hear the log messages that it asked for', async () => {
    const log = (level: string) => event({ jsonrpc: '2.0', method: 'notifications/message', params: { level, data: 'x' } })
    const url = await legacy({ 'tools/call': (res, { id }) => events(res).end(log('debug') + log('error') + event({ jsonrpc: '2.0', id, result: {} })) })
    const { begin } = await worlds.connect(url)
    const heardWith = async (meta: JsonObject) => {
      const attempt = begin('tools/call', { name: 'x', _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', ...meta } }, { era: 'modern' })
      await attempt.result
      return attempt.notifications.map(({ params }) => params?.['level'])
    }
    expect([await heardWith({}), await heardWith({ 'io.modelcontextprotocol/logLevel': 'info' })]).toEqual([[], ['error']])
  })
})

describe('log messages of a session that eras share', () => {
  const LEVELS = ['debug', 'info', 'warning', 'error']

  it('are as many as a modern caller asks for, while legacy ones hear no more than they set', async () => {
    const told: string[] = []
    const url = await legacy({
      'logging/setLevel': (res, { id, params }) => {
        told.push(String(params?.['level']))
        json(res, { jsonrpc: '2.0', id, result: {} })
      },
      'tools/call': (res, { id }) => {
        const heard = LEVELS.slice(LEVELS.indexOf(told.at(-1) ?? 'debug'))
        const messages = heard.map((level) => event({ jsonrpc: '2.0', method: 'notifications/message', params: { level, data: 'x' } }))
        events(res).end(messages.join('') + event({ jsonrpc: '2.0', id, result: {} }))
      },
    })
    const { ask, begin } = await worlds.connect(url)
    const heard = async (era: 'modern' | 'legacy', meta: JsonObject): Promise<unknown[]> => {
      const attempt = begin('tools/call', { name: 'x', _meta: meta }, { era })
      await attempt.result
      return attempt.notifications.map(({ params }) => params?.['level'])
    }
    const wanting = (level: string) => heard('modern', { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/logLevel': level })
    await ask('logging/setLevel', { level: 'error' })
    expect(await Promise.all([wanting('info'), wanting('info')])).toEqual([LEVELS.slice(1), LEVELS.slice(1)])
    expect([await wanting('error'), await heard('legacy', {})]).toEqual([['error'], ['error']])
    // A level that is set anew does not take from those who want more.
    await ask('logging/setLevel', { level: 'warning' })
    expect([await wanting('info'), await heard('legacy', {})]).toEqual([LEVELS.slice(1), LEVELS.slice(2)])
    expect(told).toEqual(['error', 'info', 'info'])
  })
})

describe('403 for want of scope', () => {
  const CHALLENGE = 'Bearer error="insufficient_scope", scope="files:write"'

  /** Takes calls with the token `wide` alone. */
  async function called(...tokens: string[]) {
    const sent: unknown[] = []
    const url = await legacy({
      'tools/call': (res, { id }, { headers }) => {
        sent.push(headers.authorization)
        if (headers.authorization === 'Bearer wide') json(res, { jsonrpc: '2.0', id, result: { content: [] } })
        else if (headers.authorization === 'Bearer expired') res.writeHead(401).end()
        else res.writeHead(403, { 'www-authenticate': CHALLENGE }).end()
      },
    })
    const source = new ListedTokens(...tokens)
    const { call } = await worlds.connect(url, { tokens: source })
    return { attempt: call('x'), source, sent }
  }

  it('repeats the call once with the token that has it', async () => {
    const { attempt, source, sent } = await called('narrow', 'wide')
    expect(await attempt.result).toHaveProperty('result')
    expect([sent, source.challenges]).toEqual([['Bearer narrow', 'Bearer wide'], [CHALLENGE]])
  })

  it('is an answer where the new token has it neither', async () => {
    const { attempt, sent } = await called('narrow', 'other', 'wide')
    expect(await attempt.failure).toMatchObject({ code: 'HTTP_STATUS', status: 403, progress: 'answered' })
    expect(sent).toHaveLength(2)
  })

  it('is an answer where no other token is to be had', async () => {
    const { attempt, sent } = await called('narrow')
    expect(await attempt.failure).toMatchObject({ code: 'HTTP_STATUS', status: 403, progress: 'answered' })
    expect(sent).toHaveLength(1)
  })

  it('may follow a token that had run out', async () => {
    const { attempt, sent } = await called('expired', 'narrow', 'wide')
    expect(await attempt.result).toHaveProperty('result')
    expect(sent).toEqual(['Bearer expired', 'Bearer narrow', 'Bearer wide'])
  })
})

describe('tools', () => {
  const tools = [
    { name: 'good', inputSchema: { type: 'object', properties: { a: { type: 'string', 'x-mcp-header': 'A' } } } },
    { name: 'bad', inputSchema: { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } } },
  ]

  it('leaves tools with invalid annotations out of a list, and says why', async () => {
    const { ask, heard, connection } = await worlds.connect(await modern({ 'tools/list': result({ tools, ttlMs: 7 }) }))
    const response = (await ask('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }, { era: 'modern' })) as {
      result: JsonObject
    }
    expect(response.result).toEqual({ tools: [tools[0]], ttlMs: 7 })
    expect(heard.errors.map(({ message }) => message)).toContainEqual(expect.stringContaining('"bad" is left out'))
    expect(connection.serves({ method: 'tools/call', tool: 'bad', key: 'bad' })).toBe('no')
  })

  it('follows pages', async () => {
    const url = await modern({
      'tools/list': (res, { id, params }) =>
        json(res, { jsonrpc: '2.0', id, result: params?.['cursor'] === '2' ? { tools: [{ name: 'b' }] } : { tools: [{ name: 'a' }], nextCursor: '2' } }),
    })
    const { heard, connection } = await worlds.connect(url)
    await heard.until(() => connection.tool('b') !== undefined)
    expect(connection.tool('a')).toBeDefined()
  })
})

describe('eras', () => {
  it('connects anew where another server stands behind the address', async () => {
    let replaced = false
    const swap =
      (before: Answer, after: Answer): Answer =>
      (...args) =>
        (replaced ? after : before)(...args)
    const unknown: Answer = (res) => json(res, { jsonrpc: '2.0', id: null, error: { code: -32_000, message: 'Mcp-Session-Id header is required' } }, 400)
    const url = await odd({
      'server/discover': swap(result(DISCOVERED), unknown),
      'tools/call': swap(result({ ok: 1 }), unknown),
      initialize: result(INITIALIZED),
    })
    const { call, heard } = await worlds.connect(url)
    await call('x').result
    replaced = true
    expect(await call('x').failure).toMatchObject({ progress: 'refused' })
    expect(heard.lost).toHaveLength(1)
    expect((await worlds.connect(url)).connection.era).toBe('legacy')
  })

  it('keeps a connection whose server refuses one request in a way of its own', async () => {
    const { call, heard } = await worlds.connect(await modern({ 'tools/call': (res) => res.writeHead(400).end('nope') }))
    expect(await call('x').failure).toMatchObject({ code: 'HTTP_STATUS', status: 400, progress: 'sent' })
    expect(heard.lost).toEqual([])
  })

  it.each([
    [['2026-07-28'], 2, []],
    [['2025-11-25'], 1, [expect.objectContaining({ name: 'PoolError' })]],
  ])('asks once more where %j is supported', async (supported, times, lost) => {
    let calls = 0
    const url = await modern({
      'tools/call': (res, { id }) => {
        calls++
        json(res, { jsonrpc: '2.0', id, error: { code: -32_022, message: 'no', data: { supported } } }, 400)
      },
    })
    const { call, heard } = await worlds.connect(url)
    expect(await call('x').failure).toMatchObject({ progress: 'refused' })
    expect([calls, heard.lost]).toEqual([times, lost])
  })

  it('takes up with a legacy server that speaks an older revision, and not with one that speaks a strange one', async () => {
    const of = (protocolVersion: string) => legacy({ initialize: result({ ...INITIALIZED, protocolVersion }) })
    expect((await worlds.connect(await of('2025-03-26'))).connection.facts.protocolVersion).toBe('2025-03-26')
    await expect(worlds.connect(await of('1999-01-01'))).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  })

  it('forgets a legacy server that has become a modern one', async () => {
    let upgraded = false
    const url = await odd({
      'server/discover': (res, message, req) => (upgraded ? result(DISCOVERED)(res, message, req) : res.writeHead(404).end()),
      initialize: (res, message, req) =>
        upgraded
          ? json(res, { jsonrpc: '2.0', id: message.id, error: { code: -32_022, message: 'no', data: { supported: ['2026-07-28'] } } }, 400)
          : result(INITIALIZED)(res, message, req),
    })
    const first = await worlds.connect(url)
    expect(first.connection.era).toBe('legacy')
    upgraded = true
    expect((await worlds.connect(url)).connection.era).toBe('modern')
  })
})

describe('ways to the server', () => {
  it('stays where the handshake was sent to', async () => {
    const paths: string[] = []
    const url = await listen(
      createServer((req, res) => {
        let body = ''
        req.on('data', (chunk: Buffer) => (body += chunk.toString()))
        req.on('end', () => {
          const message = (body === '' ? {} : JSON.parse(body)) as Partial<Message>
          paths.push(`${message.method ?? req.method} ${req.url}`)
          if (req.url === '/mcp') return void res.writeHead(307, { location: '/mcp/' }).end()
          if (message.method === 'initialize') res.setHeader('mcp-session-id', 'abc')
          if (message.method === 'server/discover') return void res.writeHead(404).end()
          if (message.id === undefined) return void res.writeHead(req.method === 'GET' ? 405 : 202).end()
          json(res, { jsonrpc: '2.0', id: message.id, result: message.method === 'initialize' ? { ...INITIALIZED, capabilities: {} } : {} })
        })
      }),
    )
    const { ask, connection } = await worlds.connect(url)
    await ask('ping')
    await connection.close()
    const handshake = ['server/discover /mcp', 'server/discover /mcp/', 'initialize /mcp/', 'notifications/initialized /mcp/']
    expect(paths).toEqual([...handshake, 'GET /mcp/', 'ping /mcp/', 'DELETE /mcp/'])
  })

  it('goes through a proxy', async () => {
    const server = await startModernServer()
    closing.push(() => server.close())
    const hosts: unknown[] = []
    const tunnels: Array<Promise<unknown>> = []
    const proxy = createServer()
    proxy.on('connect', (req, socket) => {
      hosts.push(req.url)
      const [host, port] = req.url!.split(':')
      const target = connectSocket(Number(port), host!, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        target.pipe(socket).pipe(target)
      })
      target.on('error', () => socket.destroy())
      socket.on('error', () => target.destroy())
      tunnels.push(new Promise((resolve) => socket.on('close', resolve)))
      closing.push(async () => void socket.destroy())
    })
    const proxyUrl = new URL(await listen(proxy))
    const { call, connection } = await worlds.connect(server.url, { endpoint: { proxy: proxyUrl.origin } })
    expect(await call('add', { a: 1, b: 2 }).result).toMatchObject({ result: { structuredContent: { sum: 3 } } })
    expect(hosts).toContain(new URL(server.url).host)
    await connection.close()
    await Promise.all(tunnels)
  })

  it('uses the dispatcher that it is given, ends what it has under way there, and leaves it open', async () => {
    const server = await startModernServer()
    closing.push(() => server.close())
    const dispatcher = new Agent({ connections: 4 })
    closing.push(() => dispatcher.destroy())
    const { call, connection } = await worlds.connect(server.url, { endpoint: { dispatcher } })
    expect(await call('add', { a: 1, b: 2 }).result).toMatchObject({ result: { structuredContent: { sum: 3 } } })
    const arrived = server.requests.next('tools/call')
    const pending = call('slow', { ms: 60_000 })
    await arrived
    await connection.close()
    expect(await pending.failure).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
    const response = await dispatcher.request({ origin: new URL(server.url).origin, path: '/elsewhere', method: 'GET' })
    await response.body.dump()
    expect(response.statusCode).toBe(404)
  })

  it('goes over TLS, trusts whom it is told to, and shows its own certificate', async () => {
    const server = createTlsServer({ cert: CERTIFICATE, key: KEY, ca: CERTIFICATE, requestCert: true, rejectUnauthorized: true }, (req, res) => {
      req.resume().on('end', () => json(res, { jsonrpc: '2.0', id: null, error: { code: -32_022, message: 'no', data: { supported: ['1999-01-01'] } } }, 400))
    })
    const url = (await listen(server)).replace('http:', 'https:')
    const connecting = (tls: object) => worlds.connect(url, { endpoint: { tls } })
    // The server is reached, and says which revision it speaks.
    await expect(connecting({ ca: CERTIFICATE, cert: CERTIFICATE, key: KEY })).rejects.toThrow('1999-01-01')
    await expect(connecting({ ca: CERTIFICATE })).rejects.not.toThrow('1999-01-01')
    await expect(connecting({ cert: CERTIFICATE, key: KEY })).rejects.toMatchObject({ code: 'CONNECT_FAILED', progress: 'not-sent' })
  })
})
