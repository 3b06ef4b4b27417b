import { PoolError, type PoolErrorCode } from 'mcp-client-pool'
import { describe, expect, it } from 'vitest'
import { exitCodeOf } from './exit-code-of.js'

const EXIT_CODES: Record<PoolErrorCode, number> = {
  NO_HEALTHY_CLIENTS: 3,
  CONNECT_FAILED: 3,
  CONNECT_TIMEOUT: 3,
  CONNECTION_LOST: 3,
  HTTP_STATUS: 3,
  REQUEST_TIMEOUT: 5,
  QUEUE_TIMEOUT: 5,
  QUEUE_FULL: 3,
  CIRCUIT_OPEN: 3,
  CANCELLED: 3,
  AUTH_FAILED: 4,
  SESSION_LOST: 3,
  PROTOCOL: 3,
  CONFIG: 2,
  POOL_FULL: 3,
  NOT_STARTED: 3,
  SHUTTING_DOWN: 3,
}

describe('exitCodeOf', () => {
  it.each(Object.entries(EXIT_CODES))('%s is %d', (code, exitCode) => {
    expect(exitCodeOf(new PoolError(code as PoolErrorCode, 'x'))).toBe(exitCode)
  })

  it.each([401, 403])('status %d is about authorization', (status) => {
    expect(exitCodeOf(new PoolError('HTTP_STATUS', 'x', { status }))).toBe(4)
  })

  it('finds a refused authorization among the causes', () => {
    const down = new PoolError('CONNECT_FAILED', 'down')
    const refused = new PoolError('CONNECT_FAILED', 'x', { cause: new PoolError('AUTH_FAILED', 'wrong secret') })
    expect(exitCodeOf(new PoolError('NO_HEALTHY_CLIENTS', 'x', { cause: new AggregateError([down, refused]) }))).toBe(4)
    expect(exitCodeOf(new PoolError('NO_HEALTHY_CLIENTS', 'x', { cause: new AggregateError([down, down]) }))).toBe(3)
  })
})
