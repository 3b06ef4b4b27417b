import { describe, expect, it } from 'vitest'
import { cursorOf, Replica, UNSAFE, world } from '../../test/call-world.js'
import type { JsonRpcResponse, Outstanding, ToolFacts } from '../ports.js'

const settledAndAtRest = (...replicas: Replica[]) => expect(replicas.map((replica) => replica.outstanding)).toEqual(replicas.map(() => 0))

describe('a call', () => {
  it('is answered by the replica that was picked, and leaves nothing behind', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, calls, time } = world([a, b])
    const result = call()
    a.answers({ ok: 1 })
    expect(result.answers).toEqual([{ jsonrpc: '2.0', id: 'caller', result: { ok: 1 } }])
    expect(a.outcomes).toEqual(['ok'])
    expect(calls.underWay).toBe(0)
    expect(time.pending).toBe(0)
    settledAndAtRest(a, b)
  })

  it.each(['not-sent', 'refused'] as const)('that was %s goes elsewhere at once, whatever it is', (progress) => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const result = world([a, b]).call(UNSAFE)
    a.fails('CONNECT_FAILED', progress)
    b.answers()
    expect(result.answers).toHaveLength(1)
    settledAndAtRest(a, b)
  })

  it('that may have run is repeated only where that is safe', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call } = world([a, b])
    const safe = call()
    a.fails('CONNECTION_LOST', 'sent')
    b.answers()
    expect(safe.answers).toHaveLength(1)

    const unsafe = call(UNSAFE)
    a.fails('CONNECTION_LOST', 'sent')
    expect(b.attempts).toHaveLength(1)
    expect(unsafe.errors[0]).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent', retryable: false, attempts: 1, endpoint: 'http://a/mcp' })
    expect(unsafe.errors[0]?.message).toContain('it may have run')
  })

  it('asks the tool lists of all replicas whether a tool is safe, again when they change', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const reads: ToolFacts = { readOnly: true, idempotent: false }
    a.tools = { pay: reads }
    const { call, calls } = world([a, b])
    call(UNSAFE)
    a.fails('CONNECTION_LOST', 'sent')
    expect(b.attempts).toHaveLength(0)

    b.tools = { pay: reads }
    calls.servesChanged()
    call(UNSAFE)
    a.fails('CONNECTION_LOST', 'sent')
    expect(b.attempts).toHaveLength(1)
  })

  it('is not repeated where the replica that may have run it did not say that it may, though that is out of use by now', () => {
    const [old, fresh] = [new Replica('old'), new Replica('fresh')]
    old.tools = { pay: { readOnly: false, idempotent: false } }
    fresh.tools = { pay: { readOnly: false, idempotent: true } }
    const { call, calls } = world([fresh, old])
    const onFresh = call(UNSAFE)
    fresh.answers()
    expect(onFresh.answers).toHaveLength(1)
    fresh.refusal = 'open'
    const result = call(UNSAFE)
    fresh.refusal = undefined
    expect(old.attempts).toHaveLength(1)
    // It leaves while it has the call: of those who are left all say that the tool may be repeated.
    old.unavailable = true
    calls.servesChanged()
    old.fails('CONNECTION_LOST', 'sent')
    expect(fresh.attempts).toHaveLength(1)
    expect(result.errors[0]).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent', attempts: 1 })
  })

  it.each([
    ['a tool that says -32601', UNSAFE, false],
    ['a method whose server had asked something', { method: 'vendor/do' }, true],
  ])('is not sent elsewhere for %s: it may have run', (_, request, asks) => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const result = world([a, b]).call(request)
    if (asks) a.last.onRequest({ jsonrpc: '2.0', id: 1, method: 'elicitation/create' }, () => {})
    a.last.onAnswer({ jsonrpc: '2.0', id: 'caller', error: { code: -32601, message: 'upstream: method not found' } })
    expect(b.attempts).toEqual([])
    expect(result.answers).toMatchObject([{ error: { code: -32601 } }])
  })

  it('that could not be brought back to its caller from the other era may have run, and the next goes to the own one at once', () => {
    const [other, own] = [new Replica('other'), new Replica('own')]
    own.era = 'legacy'
    const world_ = world([other, own])
    const result = world_.call(UNSAFE)
    other.fails('NO_HEALTHY_CLIENTS', 'sent')
    expect(own.attempts).toEqual([])
    expect(result.errors[0]).toMatchObject({ code: 'NO_HEALTHY_CLIENTS', progress: 'sent', attempts: 1 })
    expect(result.errors[0]?.message).toContain('it may have run')
    const next = world_.call(UNSAFE)
    own.answers()
    expect(next.answers).toHaveLength(1)
    // Whoever is there may be another by now.
    world_.calls.servesChanged()
    world_.call(UNSAFE)
    expect(other.attempts).toHaveLength(2)
  })

  it('whose server asks across the eras what nobody answers keeps the next in its own', () => {
    const [legacy, modern] = [new Replica('legacy'), new Replica('modern')]
    legacy.era = 'legacy'
    const world_ = world([legacy, modern])
    world_.answersQuestions = false
    world_.call(UNSAFE, { era: 'modern' })
    legacy.last.onRequest({ jsonrpc: '2.0', id: 1, method: 'elicitation/create' }, () => {})
    legacy.answers({ isError: true })
    world_.call(UNSAFE, { era: 'modern' })
    expect([legacy.attempts.length, modern.attempts.length]).toEqual([1, 1])
    world_.call(UNSAFE, { era: 'legacy' })
    expect(legacy.attempts).toHaveLength(2)
  })

  it('is over at once where nobody else could bring it back either', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, time } = world([a, b])
    const result = call()
    a.fails('NO_HEALTHY_CLIENTS', 'refused')
    b.fails('NO_HEALTHY_CLIENTS', 'refused')
    expect(result.errors[0]).toMatchObject({ code: 'NO_HEALTHY_CLIENTS', attempts: 2 })
    expect(time.pending).toBe(0)
  })

  it('fails with what went wrong where no time is left to repeat it: none has run out', () => {
    const a = new Replica('a')
    const { call, time } = world([a])
    const result = call({}, { timeout: 500 })
    a.fails('HTTP_STATUS', 'refused', 1_000)
    expect(result.errors[0]).toMatchObject({ code: 'HTTP_STATUS', progress: 'refused', attempts: 1 })
    expect(result.errors[0]?.message).toContain('there is no time to repeat it')
    expect(time.now()).toBe(0)
  })

  it('sends no answer to a question twice, nor to a server that does not wait for it any more', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const world_ = world([a, b])
    world_.answersQuestions = false
    const replies: unknown[] = []
    const replying: Array<(response: JsonRpcResponse) => void> = []
    world_.onAsked = (reply) => replying.push(reply)
    world_.call()
    for (const id of [1, 2]) a.last.onRequest({ jsonrpc: '2.0', id, method: 'elicitation/create' }, () => replies.push(id))
    const [first, second] = replying as [(response: JsonRpcResponse) => void, (response: JsonRpcResponse) => void]
    first({ jsonrpc: '2.0', id: 1, result: {} })
    first({ jsonrpc: '2.0', id: 1, result: {} })
    a.fails('CONNECTION_LOST', 'sent')
    second({ jsonrpc: '2.0', id: 2, result: {} })
    expect(replies).toEqual([1])
  })

  it.each([[Object.create(null)], [Symbol('why')], [{ toString: 1 }]])('can be given up for any reason at all', (reason) => {
    const a = new Replica('a')
    const controller = new AbortController()
    const { call, calls } = world([a])
    const result = call({}, { signal: controller.signal })
    controller.abort(reason)
    expect(result.errors[0]).toMatchObject({ code: 'CANCELLED' })
    expect([a.cancelled, calls.underWay]).toEqual([['cancelled'], 0])
  })

  it('during which the server asked something is not repeated, however safe it is', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const world_ = world([a, b])
    const result = world_.call()
    a.last.onRequest({ jsonrpc: '2.0', id: 1, method: 'elicitation/create' }, () => {})
    a.fails('CONNECTION_LOST', 'sent')
    expect(world_.asked).toEqual(['elicitation/create'])
    expect(b.attempts).toHaveLength(0)
    expect(result.errors[0]).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
  })

  it('makes at most 1 + retryAttempts attempts, and its error has every cause', () => {
    const replicas = ['a', 'b'].map((id) => new Replica(id))
    const { call, time } = world(replicas, { callTimeout: 60_000 })
    const result = call()
    for (let i = 0; i < 4; i++) {
      for (const replica of replicas) if (replica.outstanding > 0) replica.fails('CONNECT_FAILED', 'not-sent')
      time.advance(1_000)
    }
    expect(replicas.flatMap((replica) => replica.attempts)).toHaveLength(4)
    expect(result.errors[0]).toMatchObject({ code: 'CONNECT_FAILED', attempts: 4, retryable: true })
    expect((result.errors[0]?.cause as AggregateError).errors).toHaveLength(4)
    settledAndAtRest(...replicas)
  })

  it('backs off before it tries the same replica again', () => {
    const a = new Replica('a')
    const { call, time } = world([a])
    call()
    a.fails('CONNECT_FAILED', 'not-sent')
    expect(a.attempts).toHaveLength(1)
    time.advance(100)
    expect(a.attempts).toHaveLength(2)
  })

  it('whose attempt gets no answer is cancelled there, and repeated elsewhere where safe', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, time } = world([a, b])
    const result = call()
    time.advance(1_000)
    expect(a.cancelled).toEqual(['no answer within 1000 ms'])
    expect(a.outcomes).toEqual(['failed'])
    a.answers({ late: true })
    b.answers({ late: false })
    expect(result.answers).toEqual([expect.objectContaining({ result: { late: false } })])
  })

  it('never outlives its deadline', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, time } = world([a, b], { requestTimeout: 1_500 })
    const result = call({}, { timeout: 2_000 })
    time.advance(1_500)
    expect(b.attempts).toHaveLength(1)
    time.advance(500)
    expect(result.errors[0]).toMatchObject({ code: 'REQUEST_TIMEOUT', progress: 'sent', attempts: 2 })
    expect(time.pending).toBe(0)
    settledAndAtRest(a, b)
  })

  it('that was not written yet when its time ran out did not run', () => {
    const a = new Replica('a')
    a.written = false
    const { call, time } = world([a], { retryAttempts: 0 })
    const result = call(UNSAFE)
    time.advance(1_000)
    expect(result.errors[0]).toMatchObject({ code: 'REQUEST_TIMEOUT', progress: 'not-sent', retryable: true })
  })

  it('does not blame the replica for a timeout that the caller chose', () => {
    const a = new Replica('a')
    const { call, time } = world([a])
    call({}, { timeout: 10 })
    time.advance(10)
    expect(a.outcomes).toEqual(['ignored'])
  })

  it('of a caller with a clock of its own has no deadline, and an attempt ends only where another is safe', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, time } = world([a, b])
    const unsafe = call(UNSAFE, { callerTimes: true })
    const safe = call({}, { callerTimes: true })
    time.advance(3_600_000)
    expect(unsafe.errors).toEqual([])
    expect(safe.errors).toHaveLength(1)
    expect(b.attempts.length).toBeGreaterThan(0)
  })

  it('lets progress restart the attempt, never the call', () => {
    const [a] = [new Replica('a')]
    const { call, time } = world([a], { resetTimeoutOnProgress: true, retryAttempts: 0 })
    const result = call()
    for (let i = 0; i < 3; i++) {
      time.advance(600)
      a.last.onNotification({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })
    }
    expect(result.notifications).toHaveLength(3)
    expect(result.errors).toEqual([])
    time.advance(200)
    expect(result.errors[0]).toMatchObject({ code: 'REQUEST_TIMEOUT' })
  })

  it('waits while the server waits for a person, up to its deadline', () => {
    const a = new Replica('a')
    const { call, time } = world([a], { callTimeout: 10_000, retryAttempts: 0 })
    const result = call()
    let reply: (response: JsonRpcResponse) => void = () => {}
    a.last.onRequest({ jsonrpc: '2.0', id: 7, method: 'elicitation/create' }, (response) => void (reply = () => response))
    time.advance(9_000)
    expect(result.errors).toEqual([])
    expect((a.last as unknown as Outstanding).waiting).toBe(true)
    reply({ jsonrpc: '2.0', id: 7, result: {} })
    time.advance(1_000)
    expect(result.errors[0]).toMatchObject({ code: 'REQUEST_TIMEOUT' })
  })

  it('waits until the last of several questions is answered', () => {
    const a = new Replica('a')
    const { calls, time } = world([a], { callTimeout: 10_000, retryAttempts: 0 })
    const errors: string[] = []
    const replies: Array<(response: JsonRpcResponse) => void> = []
    const onRequest = (_request: unknown, reply: (response: JsonRpcResponse) => void): boolean => replies.push(reply) > 0
    calls.start(
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { era: 'modern' },
      { onRequest, onAnswer: () => {}, onFailure: ({ code }) => void errors.push(code) },
    )
    for (const id of [7, 8]) a.last.onRequest({ jsonrpc: '2.0', id, method: 'elicitation/create' }, () => {})
    const asked = a.last as unknown as Outstanding
    for (const repeated of [0, 0]) replies[repeated]!({ jsonrpc: '2.0', id: 7, result: {} })
    time.advance(5_000)
    expect([asked.waiting, errors]).toEqual([true, []])
    replies[1]!({ jsonrpc: '2.0', id: 8, result: {} })
    time.advance(999)
    expect([asked.waiting, errors]).toEqual([false, []])
    time.advance(1)
    expect(errors).toEqual(['REQUEST_TIMEOUT'])
  })

  it('ends with the caller’s signal, tells the replica, and blames nobody', () => {
    const a = new Replica('a')
    const { call, calls } = world([a])
    const abort = new AbortController()
    const result = call(UNSAFE, { signal: abort.signal })
    abort.abort(new Error('user left'))
    expect(result.errors[0]).toMatchObject({ code: 'CANCELLED', progress: 'sent' })
    expect(a.cancelled).toEqual(['user left'])
    expect(a.outcomes).toEqual(['ignored'])
    expect(calls.underWay).toBe(0)

    expect(call(UNSAFE, { signal: abort.signal }).errors[0]).toMatchObject({ code: 'CANCELLED', progress: 'not-sent' })
    expect(a.attempts).toHaveLength(1)
  })

  it('that its caller cancels is over, at the replica too, and nothing more is heard of it', () => {
    const a = new Replica('a')
    const { call, calls, time } = world([a])
    const result = call(UNSAFE)
    result.cancel('enough')
    a.answers()
    expect(result).toMatchObject({ answers: [], errors: [] })
    expect(a.cancelled).toEqual(['enough'])
    expect(calls.underWay).toBe(0)
    expect(time.pending).toBe(0)
    settledAndAtRest(a)
  })

  it('with nobody there waits for somebody who may return, and else fails at once', () => {
    const a = new Replica('a')
    const replicas: Replica[] = []
    const world_ = world(replicas)
    expect(world_.call().errors[0]).toMatchObject({ code: 'NO_HEALTHY_CLIENTS', progress: 'not-sent' })

    world_.recovering = true
    const result = world_.call()
    expect(result.errors).toEqual([])
    replicas.push(a)
    world_.time.advance(100)
    a.answers()
    expect(result.answers).toHaveLength(1)
  })

  it('does not go elsewhere with bad credentials', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const result = world([a, b]).call()
    a.fails('AUTH_FAILED', 'refused')
    expect(result.errors[0]).toMatchObject({ code: 'AUTH_FAILED', attempts: 1 })
    expect(b.attempts).toHaveLength(0)
  })

  it('for a method that one replica does not know may go to another, and else has its answer', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call } = world([a, b])
    const unknown = (replica: Replica) => replica.last.onAnswer({ jsonrpc: '2.0', id: 'caller', error: { code: -32601, message: 'unknown' } })
    const result = call()
    unknown(a)
    unknown(b)
    expect(result.answers).toEqual([expect.objectContaining({ error: { code: -32601, message: 'unknown' } })])
  })

  it('for a method that nobody knows is asked of others out of the budget, as all repeats are', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, calls } = world([a, b], { retryBudget: { ratio: 0, reserve: 0.1, window: 10_000 } })
    for (let n = 0; n < 3; n++) {
      call()
      a.last.onAnswer({ jsonrpc: '2.0', id: 'caller', error: { code: -32601, message: 'unknown' } })
      if (n === 0) b.answers()
    }
    expect(b.attempts).toHaveLength(1)
    expect(calls.counts.retries).toBe(1)
    expect(calls.underWay).toBe(0)
  })

  it('brings a cursor back to the replica that issued it, and anywhere once that is gone', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const replicas = [a, b]
    const { call } = world(replicas)
    const first = call()
    a.answers({ nextCursor: 'page 2' })
    const cursor = cursorOf(first)
    replicas.reverse()
    // The other one gives out the same to somebody else, who is not mixed up with the first.
    const second = call()
    b.answers({ nextCursor: 'page 2' })
    call({ params: { cursor } })
    expect(a.attempts).toHaveLength(2)
    expect(a.last.request.params).toEqual({ cursor: 'page 2' })
    a.answers()
    call({ params: { cursor: cursorOf(second) } })
    expect(b.attempts).toHaveLength(2)
    b.answers()
    replicas.splice(replicas.indexOf(a), 1)
    call({ params: { cursor } })
    expect(b.attempts).toHaveLength(3)
    expect(b.last.request.params).toEqual({ cursor: 'page 2' })
  })

  it('that cannot be written as JSON fails by name', () => {
    const a = new Replica('a')
    a.start = () => {
      throw new TypeError('Converting circular structure to JSON')
    }
    const result = world([a]).call(UNSAFE)
    expect(result.errors[0]).toMatchObject({ code: 'CONFIG', progress: 'not-sent' })
    expect(result.errors[0]?.message).toContain('circular')
  })

  it('ends with the pool', () => {
    const a = new Replica('a')
    const { call, calls, time } = world([a])
    const [running, waiting] = [call(), call()]
    a.fails('CONNECT_FAILED', 'not-sent')
    calls.abandonAll()
    for (const result of [running, waiting]) expect(result.errors[0]).toMatchObject({ code: 'SHUTTING_DOWN' })
    expect(time.pending).toBe(0)
    settledAndAtRest(a)
  })

  it('that is a stream is outside of deadlines and load', () => {
    const a = new Replica('a')
    const { call, time } = world([a])
    const result = call({ method: 'subscriptions/listen' }, { stream: true })
    expect(a.outstanding).toBe(0)
    expect(time.pending).toBe(0)
    a.answers()
    expect(result.answers).toHaveLength(1)
  })
})

describe('the retry budget', () => {
  it('bounds repeats of what servers had to do with, over all calls, and lets the failure stand', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, calls } = world([a, b], { retryBudget: { ratio: 0, reserve: 1, window: 1_000 } })
    const repeated = call()
    a.fails('CONNECTION_LOST', 'sent')
    expect(b.attempts).toHaveLength(1)
    b.answers()
    const stands = call()
    a.fails('CONNECTION_LOST', 'sent')
    expect(b.attempts).toHaveLength(1)
    expect(repeated.answers).toHaveLength(1)
    expect(stands.errors[0]).toMatchObject({ code: 'CONNECTION_LOST', attempts: 1 })
    expect(stands.errors[0]?.message).toContain('no retry is left in the budget')
    expect(calls.counts.retries).toBe(1)
  })

  it('that is spent is told of once, and again when no repeat was refused for five seconds', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, badTimes, time } = world([a, b], { retryBudget: { ratio: 0, reserve: 0, window: 1_000 } })
    for (let n = 0; n < 3; n++) {
      call()
      a.fails('CONNECTION_LOST', 'sent')
      time.advance(1_000)
    }
    expect(badTimes).toEqual([['retry-budget:exhausted']])
    time.advance(3_999)
    expect(badTimes).toHaveLength(1)
    time.advance(1)
    expect(badTimes.slice(1)).toEqual([['retry-budget:restored', { refused: 3, duration: 2_000 }]])
  })

  it('is not touched by what never reached a server', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call } = world([a, b], { retryBudget: { ratio: 0, reserve: 0, window: 1_000 } })
    const result = call(UNSAFE)
    a.fails('CONNECT_FAILED', 'not-sent')
    b.answers()
    expect(result.answers).toHaveLength(1)
  })
})

describe('a session that is lost', () => {
  it('is no attempt that failed, the first time at each client', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, time } = world([a, b], { retryAttempts: 1 })
    const result = call()
    a.fails('SESSION_LOST', 'refused')
    b.fails('SESSION_LOST', 'refused')
    for (let more = 0; more < 2; more++) {
      const before = a.attempts.length
      time.advance(500)
      const again = a.attempts.length > before ? a : b
      again.fails('CONNECTION_LOST', 'sent')
    }
    expect(result.errors).toMatchObject([{ code: 'CONNECTION_LOST', attempts: 4 }])
  })
})

describe('a deadline', () => {
  it('keeps attempts from starting that could not end in time', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const world_ = world([a, b])
    world_.latencies = () => 300
    const result = world_.call({}, { timeout: 1_200 })
    world_.time.advance(1_000)
    expect(b.attempts).toHaveLength(0)
    expect(result.errors[0]).toMatchObject({ code: 'REQUEST_TIMEOUT', attempts: 1 })
    expect(world_.time.pending).toBe(0)
  })

  it('honours Retry-After at the replica that asked for it', () => {
    const a = new Replica('a')
    const { call, time } = world([a])
    call(UNSAFE)
    a.fails('HTTP_STATUS', 'refused', 700)
    time.advance(699)
    expect(a.attempts).toHaveLength(1)
    time.advance(1)
    expect(a.attempts).toHaveLength(2)
  })

  it('waits for no Retry-After of replicas where there is another one', () => {
    const [a, b, c] = [new Replica('a'), new Replica('b'), new Replica('c')]
    const { call, time } = world([a, b, c])
    const result = call(UNSAFE)
    for (const replica of [a, b]) replica.fails('HTTP_STATUS', 'refused', 60_000)
    time.advance(200)
    c.answers()
    expect(result.answers).toHaveLength(1)
  })
})

describe('requests that live in a session', () => {
  it('all go to the home of the spread sessions, and to another once that is gone', () => {
    const replicas: Replica[] = ['a', 'b', 'c'].map((id) => Object.assign(new Replica(id), { era: 'legacy' as const }))
    const [a, b, c] = replicas as [Replica, Replica, Replica]
    const { call, calls } = world(replicas)
    calls.servesChanged()
    replicas.reverse()
    for (let i = 0; i < 3; i++) {
      call({ method: 'vendor/thing' })
      a.answers()
    }
    call({ method: 'tools/call', params: { name: 'any' } })
    expect(a.attempts).toHaveLength(3)
    expect(c.attempts).toHaveLength(1)
    replicas.splice(replicas.indexOf(a), 1)
    calls.servesChanged()
    call({ method: 'vendor/thing' })
    call({ method: 'vendor/thing' })
    expect([b.attempts.length, c.attempts.length]).toEqual([0, 3])
  })

  it('go to one other replica while the home is out of use, and stay there', () => {
    const replicas: Replica[] = ['a', 'b', 'c'].map((id) => Object.assign(new Replica(id), { era: 'legacy' as const }))
    const [a, b, c] = replicas as [Replica, Replica, Replica]
    const { call, calls } = world(replicas)
    calls.servesChanged()
    a.refusal = 'ejected'
    calls.servesChanged([c, b])
    for (let i = 0; i < 3; i++) call({ method: 'vendor/thing' })
    a.refusal = undefined
    calls.servesChanged([a, b, c])
    call({ method: 'vendor/thing' })
    expect([a.attempts.length, b.attempts.length, c.attempts.length]).toEqual([0, 0, 4])
  })

  it('go to a modern replica, which has no sessions, as well', () => {
    const home = Object.assign(new Replica('a'), { era: 'legacy' as const })
    const [modern, other] = [new Replica('b'), Object.assign(new Replica('c'), { era: 'legacy' as const })]
    const { call, calls } = world([home, other, modern])
    calls.servesChanged()
    home.places = 0
    call({ method: 'vendor/thing' })
    expect([other.attempts.length, modern.attempts.length]).toEqual([0, 1])
  })
})
