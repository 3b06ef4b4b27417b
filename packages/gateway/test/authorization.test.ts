import { type ModernServer, type OAuthServer, startModernServer, startOAuthServer } from '@mcp-client-pool/testbed'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

let authorization: OAuthServer
let server: ModernServer

beforeAll(async () => {
  authorization = await startOAuthServer({ clients: [{ clientId: 'cli', clientSecret: 'cli secret' }] })
  server = await startModernServer({ auth: { verify: authorization.verify } })
})
afterAll(async () => {
  await server.close()
  await authorization.close()
})

const call = (env: Record<string, string>, ...args: string[]) => runCli(['call', 'echo', '{"text": "in"}', '--endpoint', server.url, ...args], { env })

it('gets a token with the credentials from the environment, and revokes it', async () => {
  const env = { MCP_CLIENT_ID: 'cli', MCP_CLIENT_SECRET: 'cli secret' }
  expect(await call(env, '--auth', authorization.url)).toMatchObject({ code: 0, stdout: 'in\n' })
  expect(authorization.revocations()).toBe(1)
})

it('ends with 4 when the secret is wrong, and does not show it', async () => {
  const { code, stdout, stderr } = await call({ MCP_CLIENT_ID: 'cli', MCP_CLIENT_SECRET: 'hunter2' }, '--auth', authorization.url)
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).not.toContain('hunter2')
})

it.each([[], ['--header', 'Authorization: Bearer stolen']])('ends with 4 when the server wants another token: %s', async (...args) => {
  const { code, stdout, stderr } = await call({}, ...args)
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).not.toContain('stolen')
})

it('ends with 2 when there are no credentials', async () => {
  expect(await call({}, '--auth', authorization.url)).toMatchObject({ code: 2, stdout: '' })
})
