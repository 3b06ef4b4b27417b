import { type FaultName, type HttpServer, type LegacyServer, MemoryLedger, startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CallOptions, JsonRpcResult, PoolOptions } from '../src/index.js'
import { poolOver, running } from './pool-world.js'

/** What is repeated, and where; how often it ran is counted by the servers. */

/** Only silence is ever waited for. */
const patience = (fault: FaultName): Partial<PoolOptions> => (fault.startsWith('silence') ? { requestTimeout: 700 } : {})
const calls = (server: HttpServer) => server.requests.all('tools/call').length

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('over replicas of the %s era', (_era, start) => {
  /** Two replicas; calls with the affinity `k` go to the first. */
  async function begin(options: Partial<PoolOptions> = {}) {
    const ledger = new MemoryLedger()
    const servers = await Promise.all(['a', 'b'].map((id) => running<HttpServer>(start({ id, ledger }))))
    const pool = await poolOver(
      servers.map(({ url }) => ({ url })),
      { unhealthyThreshold: 100, ...options },
    )
    const { endpoint } = await pool.getClient({ affinity: 'k' })
    const [first, second] = servers[0]!.url === endpoint.id ? servers : servers.toReversed()
    return { first: first!, second: second!, ledger, pool }
  }
  const bound = { affinity: 'k' }

  it.each<FaultName>([
    'reset-before',
    'reset-after',
    '500',
    '500-after',
    '503',
    '429',
    'garbage',
    'cut',
    'silence',
  ])('a safe call that meets %s is answered by another', async (fault) => {
    const { first, second, pool } = await begin(patience(fault))
    first.faults.next(fault, 1, 'tools/call')
    expect(await pool.callTool({ name: 'echo', arguments: { text: 'x' } }, bound)).toMatchObject({ structuredContent: { text: 'x' } })
    expect([calls(first), calls(second)]).toEqual([1, 1])
  })

  it('a tool that answers with -32601 has answered: the method was known', async () => {
    const { first, second, pool } = await begin()
    first.faults.next({ kind: 'error', code: -32601, message: 'upstream: method not found' }, 1, 'tools/call')
    await expect(pool.callTool({ name: 'append', arguments: { key: 'k' } }, bound)).rejects.toMatchObject({ code: -32601 })
    expect([calls(first), calls(second)]).toEqual([1, 0])
  })

  it('a call whose caller throws at its notifications is answered all the same, once', async () => {
    const { first, second, pool } = await begin()
    const warned = new Promise((resolve) => process.once('warning', resolve))
    const params = { name: 'slow', arguments: { ms: 20, steps: 2 }, _meta: { progressToken: 'p' } }
    let heard = 0
    const onNotification = (): void => {
      heard++
      throw new Error('a bug')
    }
    expect(await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { onNotification })).toHaveProperty('result')
    expect(heard).toBeGreaterThan(0)
    expect(calls(first) + calls(second)).toBe(1)
    expect(String(await warned)).toContain("A listener of 'onNotification' failed")
    expect(pool.getStatistics().clients.map(({ metrics }) => metrics.failedRequests)).toEqual([0, 0])
  })

  it.each<FaultName>([
    'reset-before',
    'reset-after',
    '500',
    '500-after',
    'garbage',
    'cut',
    'silence-after',
  ])('an unsafe one that meets %s is not repeated, and the error says that it may have run', async (fault) => {
    const { first, second, ledger, pool } = await begin(patience(fault))
    first.faults.next(fault, 1, 'tools/call')
    const error = await pool.callTool({ name: 'append', arguments: { key: 'k' } }, bound).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ progress: 'sent', retryable: false, attempts: 1, message: expect.stringContaining('it may have run') })
    expect([calls(first), calls(second)]).toEqual([1, 0])
    expect(ledger.count('append', 'k')).toBeLessThanOrEqual(1)
  })

  it.each<FaultName>(['503', '429'])('an unsafe one that is refused with %s is answered by another, and runs once', async (fault) => {
    const { first, second, ledger, pool } = await begin()
    first.faults.next(fault, 1, 'tools/call')
    await pool.callTool({ name: 'append', arguments: { key: 'k' } }, bound)
    expect([calls(first), calls(second), ledger.count('append', 'k')]).toEqual([1, 1, 1])
  })

  it('the word of the caller makes a call safe', async () => {
    const { first, second, pool } = await begin()
    first.faults.next('reset-before', 1, 'tools/call')
    await pool.callTool({ name: 'append', arguments: { key: 'k' } }, { ...bound, idempotent: true })
    expect([calls(first), calls(second)]).toEqual([1, 1])
  })

  it('hints that replicas disagree about do not', async () => {
    const doubter = await running<HttpServer>(start({ id: 'doubter', hints: { echo: {} } }))
    const { first, pool } = await begin()
    await pool.createClient({ url: doubter.url })
    await pool.callTool({ name: 'echo', arguments: { text: 'x' } }, bound)
    first.faults.next('reset-before', 1, 'tools/call')
    await expect(pool.callTool({ name: 'echo', arguments: { text: 'x' } }, bound)).rejects.toMatchObject({ progress: 'sent' })
  })

  it('an error of the server, and a tool that fails, are answers: nothing is repeated or held against the replica', async () => {
    const { first, second, pool } = await begin()
    first.faults.next({ kind: 'error', code: -32_603, message: 'not today' }, 1, 'tools/call')
    await expect(pool.callTool({ name: 'echo', arguments: { text: 'x' } }, bound)).rejects.toThrow('not today')
    expect(await pool.callTool({ name: 'fail', arguments: {} }, bound)).toMatchObject({ isError: true })
    expect([calls(first), calls(second)]).toEqual([2, 0])
    expect(pool.getStatistics().clients.map(({ metrics }) => metrics.failedRequests)).toEqual([0, 0])
  })

  it('-32601 goes to another replica that has the method', async () => {
    const { first, second, pool } = await begin()
    first.faults.next({ kind: 'error', code: -32_601 }, 1, 'completion/complete')
    const ref = { type: 'ref/prompt', name: 'greet' } as const
    await pool.complete({ ref, argument: { name: 'name', value: '' } }, bound).catch(() => {})
    expect([first.requests.all('completion/complete').length, second.requests.all('completion/complete').length]).toEqual([1, 1])
  })

  it('403 is an answer about the request: no replica is asked again', async () => {
    const { first, second, pool } = await begin()
    first.faults.next('403', 1, 'tools/call')
    await expect(pool.callTool({ name: 'echo', arguments: { text: 'x' } }, bound)).rejects.toMatchObject({ code: 'HTTP_STATUS', status: 403 })
    expect([calls(first), calls(second)]).toEqual([1, 0])
  })
})

describe('a legacy session that is lost', () => {
  async function begin() {
    const ledger = new MemoryLedger()
    const servers: LegacyServer[] = await Promise.all(['a', 'b'].map((id) => running(startLegacyServer({ id, ledger }))))
    const pool = await poolOver(servers.map(({ url }) => ({ url })))
    const lose = () => Promise.all(servers.map((server) => server.forgetSessions()))
    return { servers, ledger, pool, lose }
  }

  it('is opened again, and spread calls go on, unsafe ones once', async () => {
    const { ledger, pool, lose } = await begin()
    for (let round = 0; round < 3; round++) {
      await lose()
      await Promise.all(Array.from({ length: 10 }, (_, n) => pool.callTool({ name: 'append', arguments: { key: `${round}-${n}` } })))
    }
    expect([ledger.count('append'), ledger.repeated('append')]).toEqual([30, []])
    expect(pool.getHealthyClients()).toHaveLength(2)
  })

  it('of a client of its own is opened again with its parameters, and its call runs once', async () => {
    const { servers, ledger, pool, lose } = await begin()
    const client = new Client({ name: 'its-own-name', version: '1.0.0' })
    await client.connect(pool.transport())
    onTestFinished(() => client.close())
    await client.callTool({ name: 'append', arguments: { key: 'before' } })
    for (const { requests } of servers) requests.clear()
    await lose()
    await client.callTool({ name: 'append', arguments: { key: 'after' } })
    expect([ledger.count('append', 'before'), ledger.count('append', 'after')]).toEqual([1, 1])
    const opened = servers.flatMap(({ requests }) => requests.all('initialize')).map(({ message }) => (message?.params as { clientInfo: object }).clientInfo)
    expect(opened).toContainEqual({ name: 'its-own-name', version: '1.0.0' })
  })
})

it('-32020 refreshes the tool list of that replica, and the call is repeated there', async () => {
  const server = await running(startModernServer())
  server.faults.next({ kind: 'error', code: -32_603 }, 1, 'tools/list')
  const pool = await poolOver([{ url: server.url }], { minSize: 1 })
  expect(await pool.callTool({ name: 'region', arguments: { region: 'eu' } })).toMatchObject({ content: [{ text: 'eu' }] })
  const sent = server.requests.all((request) => ['tools/call', 'tools/list'].includes(request.message?.method ?? ''))
  const called = sent.slice(sent.findIndex(({ message }) => message?.method === 'tools/call'))
  expect(called.map(({ message, headers }) => [message?.method, headers['mcp-param-region']])).toEqual([
    ['tools/call', undefined],
    ['tools/list', undefined],
    ['tools/call', 'eu'],
  ])
})

it('a cursor goes back to the replica that issued it', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => running(startModernServer({ id, pageSize: 3 }))))
  const pool = await poolOver(servers.map(({ url }) => ({ url })))
  for (let round = 0; round < 6; round++) {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const response = (await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: cursor === undefined ? {} : { cursor } })) as JsonRpcResult
      const { tools, nextCursor } = response.result as { tools: Array<{ name: string }>; nextCursor?: string }
      names.push(...tools.map(({ name }) => name))
      cursor = nextCursor
    } while (cursor !== undefined)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('mutate')
  }
})

it.each([true, false])('progress restarts the time of an attempt where that is asked for (%s), never that of the call', async (resetTimeoutOnProgress) => {
  const server = await running(startModernServer())
  const pool = await poolOver([{ url: server.url }], { resetTimeoutOnProgress, requestTimeout: 1_200, callTimeout: 60_000, retryAttempts: 0 })
  const slow = (options: CallOptions) => pool.callTool({ name: 'slow', arguments: { ms: 2_400, steps: 24 } }, { onprogress: () => {}, ...options })
  const ends = await Promise.allSettled([slow({}), slow({ timeout: 1_500 })])
  expect(ends.map(({ status }) => status)).toEqual([resetTimeoutOnProgress ? 'fulfilled' : 'rejected', 'rejected'])
})
