import { describe, expect, it } from 'vitest'
import { ListedTokens } from '../../../test/http-world.js'
import { type ScriptedRequest, scriptedChannel } from '../../../test/scripted-channel.js'
import type { JsonObject, TokenSource } from '../../ports.js'
import { ServerStream } from './server-stream.js'

function opened(tokens?: TokenSource) {
  const { channel, requests, time, heard } = scriptedChannel(tokens)
  const received: JsonObject[] = []
  const subject = new ServerStream({
    channel,
    streamHeaders: (token, lastEventId) => [
      ...(token === undefined ? [] : ['authorization', token]),
      ...(lastEventId === undefined ? [] : ['last-event-id', lastEventId]),
    ],
    received: (message) => void received.push(message),
    sessionGone() {},
  })
  subject.open()
  return { subject, requests, time, heard, received, last: (): ScriptedRequest => requests.at(-1)! }
}

describe('the wait that a server names', () => {
  it.each([
    ['is taken as it is', '2500', 2_500],
    ['is at least a moment, or the stream would be asked for on every tick', '0', 100],
    ['is five minutes at most, or nothing would be heard for a day', '86400000', 300_000],
    ['is five minutes at most where its number has no end', '9'.repeat(400), 300_000],
  ])('%s', (_, retry, wait) => {
    const { last, requests, time } = opened()
    last().stream().send(`retry: ${retry}\nid: 1\ndata:\n\n`)
    last().end()
    time.advance(wait - 1)
    expect(requests).toHaveLength(1)
    time.advance(1)
    expect(requests).toHaveLength(2)
    expect(last().headers).toEqual({ 'last-event-id': '1' })
  })
})

describe('a refused stream', () => {
  it.each([400, 401, 403, 408, 421])('is asked for again after HTTP %d, later and later, from the beginning, and told of once', (status) => {
    const { last, requests, time, heard, subject, received } = opened()
    last().stream().send('id: 1\ndata:\n\n')
    last().end()
    time.advance(1_000)
    for (const wait of [10_000, 20_000, 40_000]) {
      last().status(status)
      const asked = requests.length
      time.advance(wait / 2 - 1)
      expect(requests).toHaveLength(asked)
      time.advance(wait / 2 + 1)
      expect(requests).toHaveLength(asked + 1)
      expect(last().headers).toEqual({})
    }
    expect(heard.errors).toMatchObject([{ code: 'HTTP_STATUS', status }])
    expect(subject.possible).toBe(true)
    last().stream().event({ method: 'notifications/tools/list_changed' })
    expect(received).toHaveLength(1)
  })

  it.each([404, 405, 501])('is none where the server has none: HTTP %d', (status) => {
    const { last, requests, time, heard, subject } = opened()
    last().status(status)
    time.advance(1e9)
    expect([requests.length, subject.possible, heard.errors]).toEqual([1, false, []])
  })

  it('renews its token once each time', async () => {
    const tokens = new ListedTokens('a', 'b', 'c')
    const { last, requests, time } = opened(tokens)
    for (const wait of [0, 20_000]) {
      last().status(401)
      await time.run(wait)
    }
    last().status(401)
    await time.run(0)
    expect(requests.map(({ headers }) => headers['authorization'])).toEqual(['a', 'b', 'b', 'c'])
    expect(tokens.renewals).toBe(2)
  })
})
