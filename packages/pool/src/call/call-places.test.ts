import { describe, expect, it } from 'vitest'
import { cursorOf, Replica, world } from '../../test/call-world.js'

const pair = (): [Replica, Replica] => {
  const replicas: [Replica, Replica] = [new Replica('a'), new Replica('b')]
  for (const replica of replicas) replica.places = 1
  return replicas
}

describe('where places are limited', () => {
  it('a cursor waits for its issuer, who alone understands it, though others have places', () => {
    const [a, b] = pair()
    const { call } = world([a, b], { maxQueueSize: 5 })
    const first = call()
    a.answers({ nextCursor: 'page 2' })
    call()
    const result = call({ params: { cursor: cursorOf(first) } })
    expect(b.attempts).toHaveLength(0)
    a.answers()
    expect(a.last.request.params).toEqual({ cursor: 'page 2' })
    a.answers({ tools: [] })
    expect(result.answers).toHaveLength(1)
  })

  it('what lives in the home session waits for a place there', () => {
    const [a, b] = pair()
    for (const replica of [a, b]) replica.era = 'legacy'
    const { call, calls } = world([a, b], { maxQueueSize: 5 })
    calls.servesChanged()
    call()
    const result = call({ method: 'resources/subscribe' })
    expect(b.attempts).toHaveLength(0)
    a.answers()
    a.answers()
    expect(result.answers).toHaveLength(1)
  })

  it('a cursor is not hedged, for another replica would say at once that it is wrong', () => {
    const [a, b] = pair()
    const { call, time } = world([a, b], { maxQueueSize: 5, hedge: { after: 50, maxExtra: 1 } })
    const first = call()
    a.answers({ nextCursor: 'page 2' })
    call({ params: { cursor: cursorOf(first) } })
    time.advance(500)
    expect(b.attempts).toHaveLength(0)
  })

  it('a session waits for nobody where its replica cannot serve it', () => {
    const [a, b] = pair()
    for (const replica of [a, b]) replica.era = 'legacy'
    a.methods = new Set(['tools/list'])
    const { call } = world([a, b], { maxQueueSize: 5 })
    const { errors } = call({ method: 'prompts/list' }, { session: { client: 'a' } })
    expect(errors.map(({ code }) => code)).toEqual(['NO_HEALTHY_CLIENTS'])
  })
})
