import { describe, expect, it } from 'vitest'
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
