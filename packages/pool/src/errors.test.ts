import { expect, it } from 'vitest'
import { PoolError } from './errors.js'

it('is JSON with its message, and without what it came from', () => {
  const cause = Object.assign(new Error('x'), { password: 's3cr3t' })
  const error = new PoolError('HTTP_STATUS', 'answered 503', {
    progress: 'refused',
    endpoint: 'http://h/mcp',
    attempts: 2,
    status: 503,
    retryAfter: 500,
    cause,
  })
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'PoolError',
    code: 'HTTP_STATUS',
    message: 'answered 503',
    progress: 'refused',
    retryable: true,
    endpoint: 'http://h/mcp',
    attempts: 2,
    status: 503,
    retryAfter: 500,
  })
  expect(JSON.parse(JSON.stringify(new PoolError('CONFIG', 'wrong')))).toEqual({
    name: 'PoolError',
    code: 'CONFIG',
    message: 'wrong',
    progress: 'not-sent',
    retryable: false,
    attempts: 0,
  })
})
