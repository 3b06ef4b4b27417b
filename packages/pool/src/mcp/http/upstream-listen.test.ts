import { describe, expect, it } from 'vitest'
import { type ScriptedRequest, scriptedChannel } from '../../../test/scripted-channel.js'
import type { JsonRpcResponse } from '../../ports.js'
import type { Lane } from './lane.js'
import { UpstreamListen } from './upstream-listen.js'

/** Listens to changes of tools from the start. */
function listening() {
  const { channel, requests, time } = scriptedChannel()
  const lane: Lane = {
    channel,
    era: 'modern',
    facts: { protocolVersion: '2026-07-28', serverInfo: undefined, capabilities: {}, instructions: undefined },
    sessionId: undefined,
    headers: () => [],
    envelope: () => undefined,
    observe: (_, response) => response,
    observes: () => false,
    judge: () => 'answer',
    reply() {},
    cancelled() {},
    resumeHeaders: () => undefined,
    passes: () => true,
    noticed() {},
    entered() {},
    released() {},
  }
  let missed = 0
  const subject = new UpstreamListen(lane, { onNotification() {}, onMissed: () => missed++ })
  subject.listenToLists({ tools: { listChanged: true } })
  const last = (): ScriptedRequest => requests.at(-1)!
  const answers: Record<string, JsonRpcResponse | 'agreed'> = {}
  return {
    requests,
    time,
    subject,
    answers,
    get missed() {
      return missed
    },
    subscribe: (uri: string) => subject.subscribe(uri, 'owner', (refusal) => (answers[uri] = refusal ?? 'agreed')),
    last,
    /** Resources that the last stream was asked for. */
    wanted: (): unknown => (last().message.params?.['notifications'] as Record<string, unknown>)['resourceSubscriptions'],
    agrees(): ScriptedRequest {
      const request = last()
      request.stream().event({ method: 'notifications/subscriptions/acknowledged', params: {} })
      return request
    },
    refuses(): void {
      last()
        .stream()
        .event({ id: last().message.id, error: { code: -32_602, message: 'no such resource' } })
    },
  }
}

describe('a resource that the server refuses to report', () => {
  it('is told of as refused, and takes no other one and no list with it', () => {
    const { agrees, refuses, subscribe, requests, wanted, answers, time } = listening()
    const lists = agrees()
    subscribe('a:nope')
    refuses()
    expect(answers).toEqual({ 'a:nope': expect.objectContaining({ error: { code: -32_602, message: 'no such resource' } }) })
    expect([requests.length, lists.aborted]).toEqual([2, false])
    subscribe('a:good')
    expect(wanted()).toEqual(['a:good'])
    agrees().end()
    expect(answers['a:good']).toBe('agreed')
    time.advance(1_000)
    expect(wanted()).toEqual(['a:good'])
  })

  it('is listened without also where the stream was lost meanwhile', () => {
    const { agrees, refuses, subscribe, last, wanted } = listening()
    const lists = agrees()
    subscribe('a:nope')
    lists.end()
    refuses()
    expect([last().message.method, wanted()]).toEqual(['subscriptions/listen', undefined])
  })

  it('may be given up before the server has said anything', () => {
    const { agrees, subscribe, subject, wanted, answers } = listening()
    agrees()
    subscribe('a:1')
    subject.unsubscribe('a:1', 'owner')
    expect([answers['a:1'], wanted()]).toEqual(['agreed', undefined])
  })

  it('is found among others that were asked for at the same time, one by one', () => {
    const { agrees, refuses, subscribe, wanted, answers } = listening()
    agrees()
    for (const uri of ['a:1', 'a:nope', 'a:2']) subscribe(uri)
    expect(wanted()).toEqual(['a:1', 'a:nope', 'a:2'])
    refuses()
    expect(wanted()).toEqual(['a:1'])
    agrees()
    expect(wanted()).toEqual(['a:1', 'a:nope'])
    refuses()
    expect(wanted()).toEqual(['a:1', 'a:2'])
    agrees()
    expect(answers).toEqual({ 'a:1': 'agreed', 'a:nope': expect.objectContaining({ error: expect.anything() }), 'a:2': 'agreed' })
  })
})

describe('a stream that the server agrees to and ends at once', () => {
  it('is opened ever later', () => {
    const listen = listening()
    for (let i = 0; i < 10; i++) {
      listen.agrees().end()
      listen.time.advance(15_000)
    }
    listen.requests.splice(0, listen.requests.length - 1)
    listen.agrees().end()
    listen.time.advance(14_000)
    expect([listen.requests.length, listen.missed]).toEqual([1, 10])
    listen.time.advance(1_001)
    expect(listen.requests).toHaveLength(2)
  })

  it('is opened soon again once it has lasted', () => {
    const { agrees, requests, time } = listening()
    for (let i = 0; i < 10; i++) {
      agrees().end()
      time.advance(15_000)
    }
    const stream = agrees()
    time.advance(15_000)
    const before = requests.length
    stream.end()
    time.advance(251)
    expect(requests).toHaveLength(before + 1)
  })
})
