import { type MCPClientPool, PoolError } from 'mcp-client-pool'
import { expect, it } from 'vitest'
import { ask } from './ask.js'
import type { CommandContext } from './command.js'
import { UnservedError } from './unserved-error.js'

/** A pool with so many healthy clients that fails so. */
function asking(failure: PoolError, healthy: number): Promise<unknown> {
  const pool = { request: () => Promise.reject(failure), getHealthyClients: () => Array.from({ length: healthy }) }
  const reach = { pool: pool as unknown as MCPClientPool, remaining: () => 1 }
  return ask(reach, { interruption: {} } as CommandContext, { method: 'tools/call', params: {} })
}
const nobody = new PoolError('NO_HEALTHY_CLIENTS', 'x')

it.each([
  ['does not have it', nobody, /^the server does not offer tools\/call$/],
  ['wants what a command cannot do', new PoolError('NO_HEALTHY_CLIENTS', 'x', { progress: 'sent' }), /a command answers no questions/],
])('says so where a server is there and %s', async (_, failure, message) => {
  const error = await asking(failure, 1).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UnservedError)
  expect(error).toMatchObject({ message: expect.stringMatching(message), cause: failure })
})

it.each([
  ['where no server is there', nobody, 0],
  ['of another kind', new PoolError('CONNECTION_LOST', 'x'), 1],
])('leaves a failure as it is %s', async (_, failure, healthy) => {
  await expect(asking(failure, healthy)).rejects.toBe(failure)
})
