import { ProtocolError } from '@modelcontextprotocol/client'
import { describe, expect, it, vi } from 'vitest'
import { FACTS, type ScriptedCall, ScriptedEngine } from '../../test/scripted-engine.js'
import type { Handlers } from '../config/index.js'
import { PoolError } from '../errors.js'
import { TypedVerbs } from './verbs.js'

const STAMP = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
const RESULTS: Readonly<Record<string, object>> = {
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
  'prompts/list': { prompts: [] },
  'prompts/get': { messages: [] },
  'resources/list': { resources: [] },
  'resources/templates/list': { resourceTemplates: [] },
  'resources/read': { contents: [] },
  'completion/complete': { completion: { values: ['a'] } },
  ping: {},
}

function verbs(handlers: Handlers = {}) {
  const engine = new ScriptedEngine()
  engine.script = (call) => call.accept().answer({ ...STAMP, ...RESULTS[call.request.method] })
  return { engine, verbs: new TypedVerbs(engine, { clientInfo: { name: 'pool', version: '1' }, capabilities: {}, handlers, callTimeout: 1_000 }) }
}
const failing = (failure: PoolError) => (call: ScriptedCall) => call.accept().fail(failure)

describe('TypedVerbs', () => {
  it.each([
    ['tools/call', (v: TypedVerbs) => v.callTool({ name: 'echo' })],
    ['tools/list', (v: TypedVerbs) => v.listTools()],
    ['prompts/list', (v: TypedVerbs) => v.listPrompts()],
    ['prompts/get', (v: TypedVerbs) => v.getPrompt({ name: 'p' })],
    ['resources/list', (v: TypedVerbs) => v.listResources()],
    ['resources/templates/list', (v: TypedVerbs) => v.listResourceTemplates()],
    ['resources/read', (v: TypedVerbs) => v.readResource({ uri: 'a:1' })],
    ['completion/complete', (v: TypedVerbs) => v.complete({ ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'x', value: '' } })],
  ] as const)('make %s one modern call of the engine, on no session, under the clock of the pool', async (method, verb) => {
    const { engine, verbs: subject } = verbs()
    expect(await verb(subject)).toMatchObject(RESULTS[method]!)
    expect(engine.calls.map((call) => call.request.method)).toEqual([method])
    expect(engine.last.call).toMatchObject({ era: 'modern', session: undefined, callerTimes: false, stream: false })
  })

  it('ping a replica, also one that does not know ping', async () => {
    const { engine, verbs: subject } = verbs()
    await subject.ping({ affinity: 'k' })
    expect(engine.last.call).toMatchObject({ request: { method: 'ping' }, affinity: 'k' })
    engine.script = (call) => call.accept().error(-32601, 'unknown')
    await subject.ping()
    engine.script = (call) => call.accept().error(-32000, 'no')
    await expect(subject.ping()).rejects.toMatchObject({ code: 'PROTOCOL' })
  })

  it('pass the options of the call to the engine, and none of them to the server', async () => {
    const { engine, verbs: subject } = verbs()
    const { signal } = new AbortController()
    await subject.callTool({ name: 'echo', arguments: { a: 1 } }, { affinity: 'k', idempotent: true, timeout: 5, headers: { a: '1' }, signal })
    expect(engine.last.call).toMatchObject({ affinity: 'k', idempotent: true, timeout: 5, headers: { a: '1' }, signal })
    expect(Object.keys(engine.last.request.params ?? {})).toEqual(['name', 'arguments', '_meta'])
    expect(Object.keys(engine.last.request.params?.['_meta'] ?? {}).sort()).toEqual(
      ['protocolVersion', 'clientInfo', 'clientCapabilities'].map((key) => `io.modelcontextprotocol/${key}`).sort(),
    )
  })

  it('report progress', async () => {
    const { engine, verbs: subject } = verbs()
    engine.script = (call) => {
      const meta = call.request.params?.['_meta'] as { progressToken: number }
      call.accept().notify('notifications/progress', { progressToken: meta.progressToken, progress: 1 })
      call.answer({ ...STAMP, content: [] })
    }
    const steps: unknown[] = []
    await subject.callTool({ name: 'echo' }, { onprogress: (step) => void steps.push(step) })
    expect(steps).toEqual([{ progress: 1 }])
  })

  it('list nothing where no replica has anything of the kind', async () => {
    const { engine, verbs: subject } = verbs()
    engine.known = [{ ...FACTS, capabilities: { tools: {} } }]
    expect([await subject.listPrompts(), await subject.listResources(), await subject.listResourceTemplates()]).toEqual([
      { prompts: [] },
      { resources: [] },
      { resourceTemplates: [] },
    ])
    expect(engine.calls).toEqual([])
  })

  it('throw the PoolError itself, before the request was accepted or after', async () => {
    const { engine, verbs: subject } = verbs()
    const lost = new PoolError('CONNECTION_LOST', 'gone', { progress: 'sent' })
    engine.script = failing(lost)
    await expect(subject.callTool({ name: 'echo' })).rejects.toBe(lost)
    engine.script = (call) => call.fail(lost)
    await expect(subject.callTool({ name: 'echo' })).rejects.toBe(lost)
    const cancelled = new PoolError('CANCELLED', 'given up', { progress: 'not-sent' })
    engine.script = (call) => call.fail(cancelled)
    await expect(subject.callTool({ name: 'echo' }, { signal: AbortSignal.abort() })).rejects.toBe(cancelled)
  })

  it("throw the server's own error as the SDK does", async () => {
    const { engine, verbs: subject } = verbs()
    engine.script = (call) => call.accept().error(-32602, 'no such tool')
    const error: unknown = await subject.callTool({ name: 'echo' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ code: -32602, message: 'no such tool' })
  })

  it.each([{ content: 7 }, { resultType: 'mystery', content: [] }])('take a result that is none (%j) for a PoolError', async (result) => {
    const { engine, verbs: subject } = verbs()
    engine.script = (call) => call.accept().answer({ ...STAMP, ...result })
    await expect(subject.callTool({ name: 'echo' })).rejects.toMatchObject({ name: 'PoolError', code: 'PROTOCOL', progress: 'answered' })
  })

  it('check structured content against the schema that the tool was listed with', async () => {
    const { engine, verbs: subject } = verbs()
    const tool = { name: 'echo', inputSchema: { type: 'object' }, outputSchema: { type: 'object', required: ['a'] } }
    engine.script = (call) =>
      call.accept().answer(call.request.method === 'tools/list' ? { ...STAMP, tools: [tool] } : { ...STAMP, content: [], structuredContent: {} })
    await subject.listTools()
    await expect(subject.callTool({ name: 'echo' })).rejects.toBeInstanceOf(ProtocolError)
  })

  it('take the other results of a tool as the protocol has them, whether it was listed or not', async () => {
    const { engine, verbs: subject } = verbs()
    const result = { content: [{ type: 'text', text: 'x' }], structuredContent: { a: 1 }, isError: true, _meta: { own: 1 } }
    const tools = [{ name: 'plain', inputSchema: { type: 'object' } }]
    engine.script = (call) => call.accept().answer(call.request.method === 'tools/list' ? { ...STAMP, tools } : { ...STAMP, ...result })
    const unlisted = await subject.callTool({ name: 'plain' })
    await subject.listTools()
    expect([unlisted, await subject.callTool({ name: 'plain' })]).toMatchObject([result, result])
    expect(unlisted).not.toHaveProperty('resultType')
  })

  it('ask for lists again once a replica says that they changed', async () => {
    const { engine, verbs: subject } = verbs()
    engine.script = (call) => call.accept().answer({ ...STAMP, ttlMs: 3_600_000, ...RESULTS[call.request.method] })
    await subject.listTools()
    await subject.listTools()
    expect(engine.calls).toHaveLength(1)
    engine.notify('notifications/tools/list_changed')
    await subject.listTools()
    expect(engine.calls).toHaveLength(2)
  })

  it('say why the pool does not run, and work once it does', async () => {
    const { engine, verbs: subject } = verbs()
    engine.readiness = () => Promise.reject(new PoolError('NOT_STARTED', 'call start() first'))
    await expect(subject.callTool({ name: 'echo' })).rejects.toMatchObject({ code: 'NOT_STARTED' })
    await expect(subject.ping()).rejects.toMatchObject({ code: 'NOT_STARTED' })
    engine.readiness = () => Promise.resolve()
    await expect(subject.callTool({ name: 'echo' })).resolves.toBeDefined()
  })
})

describe('TypedVerbs with handlers', () => {
  /** Asks once, then answers with what it was told. */
  const asking = (call: ScriptedCall): void => {
    const given = call.request.params?.['inputResponses']
    const question = {
      method: 'elicitation/create',
      params: { mode: 'form', message: 'Name?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } },
    }
    call.accept()
    if (given === undefined) call.answer({ resultType: 'input_required', inputRequests: { who: question }, requestState: 's' })
    else call.answer({ ...STAMP, content: [{ type: 'text', text: JSON.stringify(given) }] })
  }

  it('answer what a modern server asks, and declare that they can', async () => {
    const { engine, verbs: subject } = verbs({ elicitation: () => ({ action: 'accept', content: { name: 'Ada' } }) })
    engine.script = asking
    const { content } = await subject.callTool({ name: 'greet' })
    expect(JSON.stringify(content)).toContain('Ada')
    expect(engine.last.request.params).toMatchObject({ requestState: 's', _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } } })
  })

  it.each([
    ['throws', () => Promise.reject(new Error('nobody is there'))],
    ['makes a call that fails', () => Promise.reject(new PoolError('NO_HEALTHY_CLIENTS', 'nobody is there'))],
  ])('end with CANCELLED when the handler %s, and are not to be repeated', async (_, elicitation) => {
    const { engine, verbs: subject } = verbs({ elicitation })
    engine.script = asking
    await expect(subject.callTool({ name: 'greet' })).rejects.toMatchObject({
      name: 'PoolError',
      code: 'CANCELLED',
      progress: 'sent',
      retryable: false,
      message: "the pool's handler of elicitation/create failed: nobody is there",
      cause: { message: 'nobody is there' },
    })
  })

  it('end with CANCELLED when the caller gives up while a person is asked', async () => {
    const abort = new AbortController()
    const { engine, verbs: subject } = verbs({
      elicitation: () => {
        abort.abort(new Error('enough'))
        return new Promise(() => {})
      },
    })
    engine.script = asking
    await expect(subject.callTool({ name: 'greet' }, { signal: abort.signal })).rejects.toMatchObject({
      name: 'PoolError',
      code: 'CANCELLED',
      progress: 'sent',
    })
  })

  it.each([
    ['its own timeout', { timeout: 100 }, 100],
    ['callTimeout', undefined, 1_000],
  ] as const)('end with REQUEST_TIMEOUT when the time runs out while a person is asked: %s', async (_what, options, limit) => {
    const settled = vi.fn<() => void>()
    let verb: Promise<unknown> | undefined
    const engine = await new Promise<ScriptedEngine>((asked) => {
      const world = verbs({
        elicitation: () => {
          asked(world.engine)
          return new Promise(() => {})
        },
      })
      world.engine.script = asking
      verb = world.verbs.callTool({ name: 'greet' }, options)
      verb.then(settled, settled)
    })
    engine.timers.advance(limit - 50)
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).not.toHaveBeenCalled()
    engine.timers.advance(100)
    await expect(verb).rejects.toMatchObject({ name: 'PoolError', code: 'REQUEST_TIMEOUT', progress: 'sent' })
  })

  it('give a later round what the ones before have left of the time', async () => {
    const { engine, verbs: subject } = verbs({
      elicitation: () => {
        engine.timers.advance(300)
        return { action: 'decline' }
      },
    })
    engine.script = asking
    await subject.callTool({ name: 'greet' })
    await subject.callTool({ name: 'greet' }, { timeout: 400 })
    expect(engine.calls.map(({ call }) => call.timeout)).toEqual([undefined, 700, 400, 100])
  })
})

describe('lists of several pages', () => {
  it('have one deadline', async () => {
    const { engine, verbs: subject } = verbs()
    engine.script = (call) => {
      engine.timers.advance(300)
      const page = engine.calls.length
      call.accept().answer({ ...STAMP, tools: [{ name: `tool-${page}`, inputSchema: { type: 'object' } }], ...(page < 3 && { nextCursor: `${page}` }) })
    }
    expect((await subject.listTools()).tools).toHaveLength(3)
    expect(engine.calls.map(({ call }) => call.timeout)).toEqual([undefined, 700, 400])
  })
})
