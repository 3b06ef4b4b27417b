import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { PoolError } from '../../errors.js'
import { PoolEmitter } from '../../pool-emitter.js'
import { VirtualTime } from '../../testing/index.js'
import { logEvents, logTo, type PoolLogger } from './log-to.js'

const CLIENT = { clientId: 'client-1', endpoint: 'http://127.0.0.1:8001/mcp' }

function setUp(logger?: PoolLogger) {
  const time = new VirtualTime()
  const pool = new PoolEmitter()
  const lines: unknown[][] = []
  const write =
    (level: string) =>
    (...line: unknown[]): void =>
      void lines.push([level, ...line])
  const stop = logEvents(pool, logger ?? { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }, 60_000, time)
  return { time, pool, lines, stop }
}

describe('the log of a pool', () => {
  it('has a line for each event, by its severity, with its fields and a sentence', () => {
    const { pool, lines } = setUp()
    pool.emit('started', { successful: 2, failed: 1, total: 2 })
    pool.emit('client:unhealthy', { ...CLIENT, error: 'no answer' })
    pool.emit('overload:entered', { code: 'QUEUE_FULL', waiting: 100 })
    pool.emit('token:failed', { authorizationServer: 'https://auth.test', endpoint: undefined, error: 'HTTP 503', usable: true })
    pool.emit('token:failed', { authorizationServer: undefined, endpoint: 'https://mcp.test', error: 'HTTP 503', usable: false })
    expect(lines).toEqual([
      ['warn', { event: 'started', successful: 2, failed: 1, total: 2 }, 'started'],
      ['warn', { event: 'client:unhealthy', ...CLIENT, error: 'no answer' }, `client unhealthy at ${CLIENT.endpoint}: no answer`],
      ['error', { event: 'overload:entered', code: 'QUEUE_FULL', waiting: 100 }, 'overload entered'],
      [
        'warn',
        { event: 'token:failed', authorizationServer: 'https://auth.test', error: 'HTTP 503', usable: true },
        'token failed at https://auth.test: HTTP 503',
      ],
      ['error', { event: 'token:failed', endpoint: 'https://mcp.test', error: 'HTTP 503', usable: false }, 'token failed at https://mcp.test: HTTP 503'],
    ])
  })

  it('has of an error what can be read, and neither its cause nor its stack', () => {
    const { pool, lines } = setUp()
    const cause = new Error('Authorization: Bearer s3cr3t')
    pool.emit('client:error', { ...CLIENT, error: new PoolError('HTTP_STATUS', 'answered 500', { progress: 'sent', status: 500, cause }) })
    const fields = { event: 'client:error', ...CLIENT, error: 'answered 500', code: 'HTTP_STATUS', progress: 'sent', status: 500 }
    expect(lines).toEqual([['warn', fields, `client error at ${CLIENT.endpoint}: answered 500`]])
  })

  it('lets no server write lines of its own, or long ones, or what it says by itself', () => {
    const { pool, lines } = setUp()
    pool.emit('client:unhealthy', { ...CLIENT, error: `a\r\nERROR all is lost\u001b[2J${'x'.repeat(10_000)}` })
    pool.emit('notification', { ...CLIENT, notification: { jsonrpc: '2.0', method: 'notifications/message', params: { data: 's3cr3t' } } })
    const text = JSON.stringify(lines)
    expect(text).toContain('a ERROR all is lost [2J')
    expect(text.length).toBeLessThan(2_000)
    expect(text).not.toMatch(/s3cr3t|\\n|\\u001b/)
  })

  it('counts what comes again, of each client by itself', () => {
    const { time, pool, lines } = setUp()
    const other = { ...CLIENT, clientId: 'client-2' }
    for (let n = 0; n < 4; n++) pool.emit('client:unhealthy', { ...CLIENT, error: `failure ${n}` })
    pool.emit('client:unhealthy', { ...other, error: 'failure' })
    expect(lines).toHaveLength(2)
    time.advance(60_000)
    expect(lines.slice(2)).toEqual([
      ['warn', { event: 'client:unhealthy', ...CLIENT, error: 'failure 3', repeated: 3 }, `client unhealthy at ${CLIENT.endpoint}: failure 3 (3 more)`],
    ])
    time.advance(60_000)
    expect([lines.length, time.pending]).toEqual([3, 0])
  })

  it('counts each source of endpoints, and each of their servers, by itself', () => {
    const { pool, lines } = setUp()
    for (const source of ['consul', 'dns', 'consul']) pool.emit('discovery:failed', { source, error: new Error('HTTP 500') })
    for (const endpoint of ['http://a.test/mcp', 'http://b.test/mcp'])
      pool.emit('endpoint:tools-changed', { endpoint, tools: 1, added: [], removed: [], altered: [] })
    expect(lines.map(([, , message]) => message)).toEqual([
      'discovery failed at consul: HTTP 500',
      'discovery failed at dns: HTTP 500',
      'endpoint tools changed at http://a.test/mcp',
      'endpoint tools changed at http://b.test/mcp',
    ])
  })

  it('ends when it is told to, with what was not told of yet', () => {
    const { time, pool, lines, stop } = setUp()
    for (let n = 0; n < 3; n++) pool.emit('client:recovered', CLIENT)
    stop()
    stop()
    pool.emit('client:recovered', CLIENT)
    expect(lines.map(([, fields]) => (fields as { repeated?: number }).repeated)).toEqual([undefined, 2])
    expect(time.pending).toBe(0)
  })

  it('ends with the pool, whose shutdown is its last line', () => {
    const { time, pool, lines } = setUp()
    for (let n = 0; n < 3; n++) pool.emit('client:removed', CLIENT)
    pool.emit('shutdown')
    expect(lines.map(([, , message]) => message)).toEqual([`client removed at ${CLIENT.endpoint}`, `client removed at ${CLIENT.endpoint} (2 more)`, 'shutdown'])
    expect(time.pending).toBe(0)
  })

  it('goes on when its logger fails, now or when it is told of repetitions', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const broken = (): never => {
      throw new Error('disk full')
    }
    const { time, pool } = setUp({ debug: broken, info: broken, warn: broken, error: broken })
    for (let n = 0; n < 2; n++) pool.emit('client:recovered', CLIENT)
    expect(() => time.advance(60_000)).not.toThrow()
    expect(warned).toHaveBeenCalledTimes(2)
    warned.mockRestore()
  })

  it('is taken by pino as it is', () => {
    const written: string[] = []
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString())
        done()
      },
    })
    const { pool } = setUp(pino({ level: 'debug', base: null, timestamp: false }, sink))
    pool.emit('client:connected', { ...CLIENT, era: 'modern', protocolVersion: '2026-07-28' })
    pool.emit('client:error', { ...CLIENT, error: new PoolError('CONNECTION_LOST', 'socket hang up', { progress: 'sent' }) })
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 30, event: 'client:connected', ...CLIENT, era: 'modern', protocolVersion: '2026-07-28', msg: `client connected at ${CLIENT.endpoint}` },
      {
        level: 40,
        ...{ event: 'client:error', ...CLIENT, error: 'socket hang up', code: 'CONNECTION_LOST', progress: 'sent' },
        msg: `client error at ${CLIENT.endpoint}: socket hang up`,
      },
    ])
  })

  it.each([0, 999, Number.NaN, Number.POSITIVE_INFINITY, '2000'])('refuses a window of %s', (window) => {
    expect(() => logTo(new PoolEmitter(), console, { window: window as number })).toThrow(`window must be 1000 … 2147483647 ms, got ${String(window)}`)
  })

  it('is taken by the console as well', () => {
    const info = vi.spyOn(console, 'info').mockImplementation(() => {})
    const pool = new PoolEmitter()
    const stop = logTo(pool, console)
    pool.emit('client:recovered', CLIENT)
    stop()
    expect(info.mock.calls).toEqual([[{ event: 'client:recovered', ...CLIENT }, `client recovered at ${CLIENT.endpoint}`]])
    info.mockRestore()
  })
})
