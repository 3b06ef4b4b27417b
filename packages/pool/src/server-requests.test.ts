import { expect, it } from 'vitest'
import type { Handlers } from './config/index.js'
import type { JsonRpcResponse } from './ports.js'
import { answerOutsideOfCalls, answerServerRequest } from './server-requests.js'

const ask = (handlers: Handlers, method: string) =>
  new Promise<JsonRpcResponse>((resolve) => answerServerRequest(handlers, { jsonrpc: '2.0', id: 7, method, params: { q: 1 } }, resolve))

it('answers with the handler of that kind, which gets the params', async () => {
  const handlers: Handlers = { sampling: (params) => ({ said: params }), roots: async () => ({ roots: [] }) }
  expect(await ask(handlers, 'sampling/createMessage')).toEqual({ jsonrpc: '2.0', id: 7, result: { said: { q: 1 } } })
  expect(await ask(handlers, 'roots/list')).toEqual({ jsonrpc: '2.0', id: 7, result: { roots: [] } })
})

it('answers a ping by itself', async () => {
  expect(await ask({}, 'ping')).toEqual({ jsonrpc: '2.0', id: 7, result: {} })
})

it.each(['elicitation/create', 'vendor/ask'])('refuses %s where nobody answers it', async (method) => {
  expect(await ask({}, method)).toMatchObject({ id: 7, error: { code: -32601 } })
})

it('tells the server why a handler failed, thrown or rejected', async () => {
  const thrown: Handlers = {
    elicitation: () => {
      throw new Error('nobody is at the desk')
    },
  }
  expect(await ask(thrown, 'elicitation/create')).toMatchObject({ error: { code: -32603, message: 'nobody is at the desk' } })
  expect(await ask({ elicitation: () => Promise.reject(new Error('left')) }, 'elicitation/create')).toMatchObject({ error: { message: 'left' } })
})

it.each(['sampling/createMessage', 'elicitation/create', 'roots/list', 'ping'])('answers %s outside of calls in the home session', async (method) => {
  const handlers: Handlers = { sampling: () => ({}), elicitation: () => ({}), roots: () => ({}) }
  const outside = (home: boolean) => new Promise<JsonRpcResponse>((resolve) => answerOutsideOfCalls(handlers, home, { jsonrpc: '2.0', id: 7, method }, resolve))
  expect(await outside(true)).toEqual({ jsonrpc: '2.0', id: 7, result: {} })
  // In all others what asks nobody and costs nothing.
  expect('result' in (await outside(false))).toBe(method === 'roots/list' || method === 'ping')
})
