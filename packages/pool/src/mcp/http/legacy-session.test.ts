import { describe, expect, it } from 'vitest'
import { TestAttempt, type Wanted } from '../../../test/http-world.js'
import { type ScriptedRequest, scriptedChannel } from '../../../test/scripted-channel.js'
import type { JsonObject, JsonRpcRequest, JsonRpcResponse } from '../../ports.js'
import { SessionMemory } from '../session-memory.js'
import { LegacySession } from './legacy-session.js'
import { RequestHeaders } from './request-headers.js'

const INITIALIZED = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'scripted', version: '1' } }

/** A session whose server gives out `ids`, or has no sessions, and does with anything but the handshake what the test says. */
function session(...ids: readonly string[]) {
  const { channel, requests, time, heard } = scriptedChannel()
  const asked: Array<{ readonly request: JsonRpcRequest; readonly reply: (response: JsonRpcResponse) => void }> = []
  const subject = new LegacySession(channel, new RequestHeaders(undefined), 'client-1', {
    parameters: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} },
    memory: new SessionMemory(),
    listens: false,
    onNotification() {},
    onRequest: (request, reply) => void asked.push({ request, reply }),
    noticed() {},
    listed() {},
    onOpened() {},
    onLost() {},
    onUnopenable() {},
  })
  const left = [...ids]
  const header = (id: string | undefined) => (id === undefined ? undefined : { 'mcp-session-id': id })
  const take = async (): Promise<ScriptedRequest> => {
    await time.run(0)
    return requests.shift()!
  }
  return {
    channel,
    requests,
    time,
    heard,
    asked,
    subject,
    take,
    async opens(): Promise<void> {
      const opening = subject.open()
      ;(await take()).result(INITIALIZED, header(left.shift()))
      ;(await take()).status(202)
      await opening
    },
    /** Starts a call and takes its request. */
    async call(params: JsonObject = {}, wanted: Wanted = {}): Promise<{ attempt: TestAttempt; request: ScriptedRequest }> {
      const attempt = new TestAttempt('tools/call', params, wanted)
      attempt.exchange = subject.start(attempt, attempt.request)
      return { attempt, request: await take() }
    },
    /** The server was started anew and does not know the session. */
    async loses(): Promise<void> {
      const attempt = new TestAttempt('tools/call', {}, {})
      subject.start(attempt, attempt.request)
      ;(await take()).status(404)
      await attempt.failure
    },
    /** Ids of the questions that were answered, with the session that was told. */
    async told(): Promise<unknown[]> {
      await time.run(0)
      return requests.splice(0).map(({ headers, message }) => [headers['mcp-session-id'], message.id, message.result])
    },
  }
}

const QUESTION = { id: 0, method: 'elicitation/create', params: {} }
const result = (answer: string): JsonRpcResponse => ({ jsonrpc: '2.0', id: 'ignored', result: { answer } })

describe('a session that is left', () => {
  it('ends at the server, also after a call that could not be written', async () => {
    const { opens, subject, take } = session('S1')
    await opens()
    const attempt = new TestAttempt('tools/call', { name: 'x', arguments: { n: 1n } }, {})
    subject.start(attempt, attempt.request)
    expect(await attempt.failure).toMatchObject({ code: 'CONFIG', message: expect.stringContaining('tools/call') })
    const left = subject.leave()
    const goodbye = await take()
    expect([goodbye.method, goodbye.headers['mcp-session-id']]).toEqual(['DELETE', 'S1'])
    goodbye.status(200)
    await left
  })
})

it('opens no flood of sockets for cancellations when many calls run out of time at once', async () => {
  const { opens, call, requests, time } = session('S1')
  await opens()
  const calls = []
  for (let i = 0; i < 20; i++) calls.push((await call()).attempt)
  for (const attempt of calls) attempt.exchange?.cancel('no answer in time')
  await time.run(0)
  expect(requests.map(({ message }) => message.method)).toEqual(Array.from({ length: 8 }, () => 'notifications/cancelled'))
  for (let told = 0; told < 20; told++) {
    requests.shift()!.status(202)
    await time.run(0)
  }
  expect(requests).toEqual([])
})

describe('a session that is being opened', () => {
  it('is opened anew for a call that comes while others are told that it could not be', async () => {
    const { subject, take } = session()
    const [first, second] = [new TestAttempt('tools/call', {}, {}), new TestAttempt('tools/call', {}, {})]
    first.onFailure = () => void subject.start(second, second.request)
    subject.start(first, first.request)
    ;(await take()).status(500)
    expect((await take()).message.method).toBe('initialize')
  })

  it('ends at the server as soon as it is known there, when it was closed meanwhile', async () => {
    const { subject, take, told } = session()
    const opening = subject.open()
    const initialize = await take()
    await subject.end()
    initialize.result(INITIALIZED, { 'mcp-session-id': 'S1' })
    await expect(opening).rejects.toMatchObject({ code: 'SESSION_LOST' })
    const goodbye = await take()
    expect([goodbye.method, goodbye.headers['mcp-session-id']]).toEqual(['DELETE', 'S1'])
    goodbye.status(200)
    expect(await told()).toEqual([])
  })

  it('ends at the server once, when it was closed with its handshake nearly over', async () => {
    const { subject, take, told } = session()
    const opening = subject.open()
    ;(await take()).result(INITIALIZED, { 'mcp-session-id': 'S1' })
    const initialized = await take()
    const end = subject.end()
    const goodbye = await take()
    expect([goodbye.method, goodbye.headers['mcp-session-id']]).toEqual(['DELETE', 'S1'])
    goodbye.status(200)
    await end
    initialized.status(404)
    await expect(opening).rejects.toMatchObject({ code: 'SESSION_LOST' })
    expect(await told()).toEqual([])
  })

  it.each<[string, JsonObject, number]>([
    ['refuses that it is initialized', INITIALIZED, 500],
    ['speaks a strange revision', { ...INITIALIZED, protocolVersion: '1999-01-01' }, 0],
  ])('is not left behind at a server that %s, for every try would leave one more', async (_, answer, status) => {
    const { subject, take } = session()
    const opening = subject.open().catch((error: unknown) => error)
    ;(await take()).result(answer, { 'mcp-session-id': 'S1' })
    if (status > 0) (await take()).status(status)
    const goodbye = await take()
    expect([goodbye.method, goodbye.headers['mcp-session-id']]).toEqual(['DELETE', 'S1'])
    goodbye.status(200)
    expect(await opening).toMatchObject({ code: 'CONNECT_FAILED' })
  })
})

describe('the answer to a question', () => {
  it('does not go into another session, where the same id is another question', async () => {
    const { opens, loses, call, told } = session('S1', 'S2')
    await opens()
    const first = await call()
    first.request.stream().event(QUESTION)
    await loses()
    await opens()
    const second = await call()
    second.request.stream().event(QUESTION)
    first.attempt.replies[0]!(result('yes, delete the test file'))
    expect(await told()).toEqual([])
    second.attempt.replies[0]!(result('no, do not pay'))
    expect(await told()).toEqual([['S2', 0, { answer: 'no, do not pay' }]])
  })

  it('of the stream of the server does neither', async () => {
    const { opens, loses, subject, take, asked, told } = session('S1', 'S2')
    await opens()
    subject.listen()
    const stream = (await take()).stream()
    stream.event(QUESTION)
    await loses()
    await opens()
    ;(await take()).stream().event(QUESTION)
    asked[0]!.reply(result('old'))
    expect(await told()).toEqual([])
    asked[1]!.reply(result('new'))
    expect(await told()).toEqual([['S2', 0, { answer: 'new' }]])
  })

  it('is not sent once the request that it was asked in is over, for the server asks again under the same id', async () => {
    const { opens, call, told } = session()
    await opens()
    const { attempt, request } = await call()
    request.stream().event(QUESTION)
    request.end()
    expect(await attempt.failure).toMatchObject({ code: 'CONNECTION_LOST' })
    attempt.replies[0]!(result('too late'))
    expect(await told()).toEqual([])
  })
})
