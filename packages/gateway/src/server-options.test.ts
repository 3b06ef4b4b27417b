import { describe, expect, it } from 'vitest'
import { serverPoolOptions } from './server-options.js'
import { UsageError } from './usage-error.js'

const URL_A = 'http://127.0.0.1:8001/mcp'
const URL_B = 'https://b.example/mcp'

describe('serverPoolOptions', () => {
  it('makes an endpoint of every URL, with the same headers', () => {
    expect(serverPoolOptions({ endpoint: [URL_A, URL_B], header: ['X-Team: payments ', 'x-empty:'] }, {})).toEqual({
      endpoints: [URL_A, URL_B].map((url) => ({ url, headers: { 'X-Team': 'payments', 'x-empty': '' } })),
    })
  })

  it('makes an endpoint of a command line', () => {
    expect(serverPoolOptions({ stdio: [`node "my server.js" --fast`] }, {})).toEqual({ endpoints: [{ command: 'node', args: ['my server.js', '--fast'] }] })
  })

  it('reads the credentials from the environment', () => {
    const env = { MCP_CLIENT_ID: 'me', MCP_CLIENT_SECRET: 'secret' }
    expect(serverPoolOptions({ endpoint: [URL_A], auth: 'https://auth.example' }, env)).toEqual({
      endpoints: [{ url: URL_A, headers: {}, auth: 'https://auth.example' }],
      clientId: 'me',
      clientSecret: 'secret',
    })
    expect(serverPoolOptions({ endpoint: [URL_A] }, env)).not.toHaveProperty('clientSecret')
  })

  it.each([
    [{}, "Give a server: --endpoint URL or --stdio 'command args'"],
    [{ endpoint: ['localhost:8001'] }, "--endpoint must be an http: or https: URL, got 'localhost:8001'"],
    [{ endpoint: ['8001'] }, "--endpoint must be an http: or https: URL, got '8001'"],
    [{ stdio: ['  '] }, '--stdio must name a command, got an empty one'],
    [{ stdio: ['node x'], header: ['a: b'] }, '--header needs an --endpoint: a server over stdio takes no headers'],
    [{ stdio: ['node x'], auth: URL_B }, '--auth needs an --endpoint: a server over stdio takes no tokens'],
    [{ endpoint: [URL_A], auth: 'auth' }, "--auth must be an http: or https: URL, got 'auth'"],
    [
      { endpoint: [URL_A], auth: URL_B },
      '--auth needs the environment variables MCP_CLIENT_ID and MCP_CLIENT_SECRET; missing: MCP_CLIENT_ID, MCP_CLIENT_SECRET',
    ],
  ])('refuses %j: %s', (values, message) => {
    expect(() => serverPoolOptions(values, {})).toThrow(new UsageError(message))
  })

  it.each(['no colon', ': value', 'na me: value', 'name: two\nlines', 'name: two\r\nInjected: yes'])('refuses the header %j without repeating it', (header) => {
    expect(() => serverPoolOptions({ endpoint: [URL_A], header: [header] }, {})).toThrow(new UsageError("--header must be 'Name: value' in one line"))
  })

  it.each(['X: s3cr3t ☃', 'X: s3cr3t \u0001'])('says what is wrong with the value of the header %j without repeating it', (header) => {
    expect(() => serverPoolOptions({ endpoint: [URL_A], header: [header] }, {})).toThrow(
      new UsageError('--header X must be a valid header value: it has control characters or some beyond Latin-1'),
    )
  })
})
