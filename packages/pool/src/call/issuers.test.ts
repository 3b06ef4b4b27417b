import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonRpcRequest, JsonRpcResponse, Target } from '../ports.js'
import { Issuers } from './issuers.js'

const replica = (id: string) => ({ id }) as Target
const request = (params: JsonObject): JsonRpcRequest => ({ jsonrpc: '2.0', id: 1, method: 'any', params })
const response = (result: JsonObject): JsonRpcResponse => ({ jsonrpc: '2.0', id: 1, result })
const [a, b] = [replica('a'), replica('b')]

describe('Issuers', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a cursor', { nextCursor: 'x' }, { cursor: 'x' }],
    ['a request state', { requestState: 'x' }, { requestState: 'x' }],
    ['a task id', { task: { taskId: 'x' } }, { taskId: 'x' }],
  ])('brings %s back to who gave it out last', (_, given, back) => {
    const issuers = new Issuers()
    expect(issuers.of(request(back))).toBeUndefined()
    issuers.learn(response(given), a)
    expect(issuers.of(request(back))).toBe(a)
    issuers.learn(response(given), b)
    expect(issuers.of(request(back))).toBe(b)
  })

  it('takes a token of one kind for none of another, and of nobody for nobody’s', () => {
    const issuers = new Issuers()
    issuers.learn(response({ nextCursor: 'x', task: { taskId: 7 } }), a)
    for (const params of [{ taskId: 'x' }, { taskId: 7 }, { requestState: 'x' }, { cursor: 'y' }, {}]) expect(issuers.of(request(params))).toBeUndefined()
  })

  it('forgets the token that was given out longest ago, where there are too many', () => {
    const issuers = new Issuers(2)
    for (const nextCursor of ['1', '2', '3']) issuers.learn(response({ nextCursor }), a)
    expect(['1', '2', '3'].map((cursor) => issuers.of(request({ cursor })) === a)).toEqual([false, true, true])
  })
})
