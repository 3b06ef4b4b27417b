import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonRpcRequest, JsonRpcResponse, Target } from '../ports.js'
import { issue, markOf, redeem } from './issued.js'

const replica = (place: string): Target => ({ place }) as Target
const request = (params: JsonObject, method = 'any'): JsonRpcRequest => ({ jsonrpc: '2.0', id: 1, method, params })
const response = (result: JsonObject): JsonRpcResponse => ({ jsonrpc: '2.0', id: 1, result })
const given = (result: JsonObject, issuer: Target, method = 'any', tasks = true): JsonObject => {
  const marked = issue(response(result), request({}, method), issuer, tasks)
  return 'result' in marked ? marked.result : {}
}

describe('what a replica issues', () => {
  it.each([
    ['a cursor', 'nextCursor', 'cursor'],
    ['a request state', 'requestState', 'requestState'],
  ])('%s carries its replica, whatever it is, and comes back as it was', (_, out, back) => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('a#1', 'b#1'), (token, place) => {
        const issuer = replica(place)
        const result = given({ [out]: token, tools: [] }, issuer)
        expect(result).toMatchObject({ tools: [] })
        expect(result[out]).not.toBe(token)
        expect(redeem(request({ [back]: result[out], other: 1 }))).toEqual({ request: request({ [back]: token, other: 1 }), issuer: markOf(issuer) })
      }),
    )
  })

  it('an id of a task carries its replica, in whatever answer it stands', () => {
    const a = replica('a#1')
    const created = given({ task: { taskId: 't', status: 'working' } }, a, 'tools/call')['task'] as JsonObject
    expect(created).toEqual({ taskId: expect.not.stringMatching(/^t$/), status: 'working' })
    const got = given({ taskId: 't', status: 'working' }, a, 'tasks/get')
    const listed = (given({ tasks: [{ taskId: 't' }, null] }, a, 'tasks/list')['tasks'] as JsonObject[])[0]!
    for (const { taskId } of [created, got, listed]) expect(redeem(request({ taskId }))).toEqual({ request: request({ taskId: 't' }), issuer: markOf(a) })
    expect(given({ content: [], taskId: 't' }, a, 'tools/call')).toEqual({ content: [], taskId: 't' })
    expect(given({ task: { taskId: 't' } }, a, 'tools/call', false)).toEqual({ task: { taskId: 't' } })
  })

  it('is the same object where nothing is issued, and so is what brings nothing back', () => {
    const answers: JsonRpcResponse[] = [response({ content: [] }), { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }]
    for (const answer of answers) expect(issue(answer, request({}), replica('a#1'), true)).toBe(answer)
    for (const params of [{}, { cursor: 'page 2' }, { cursor: 7 }, { taskId: 'mcp-pool.short.x' }]) expect(redeem(request(params))).toBeUndefined()
    expect(redeem({ jsonrpc: '2.0', id: 1, method: 'any' })).toBeUndefined()
  })

  it('is told apart for ten thousand replicas', () => {
    expect(new Set(Array.from({ length: 10_000 }, (_, i) => markOf(replica(`http://server-${i}.example/mcp#1`)))).size).toBe(10_000)
  })
})
