import { expect, it } from 'vitest'
import { resolveConfig, resolveEndpoint } from './index.js'

const client = { clientId: 'client', clientSecret: 's3cr3t', scope: undefined, endpointDefaults: undefined }

it("resolves an endpoint with the pool's credentials", () => {
  expect(resolveEndpoint({ url: 'http://h/mcp', auth: 'https://a/' }, client)).toMatchObject({ id: 'http://h/mcp', auth: { clientSecret: 's3cr3t' } })
})

it('takes one that is resolved as it is', () => {
  const [endpoint] = resolveConfig({ endpoints: [{ url: 'http://h/mcp', headers: { a: '1' } }] }).endpoints
  expect(resolveEndpoint(endpoint, client)).toBe(endpoint)
})

it.each<[unknown, RegExp]>([
  [undefined, /^endpoint must be an object with a url, or with a command for stdio, got undefined$/],
  [{ url: 'http://h/', wieght: 1 }, /^endpoint: unknown option "wieght", did you mean weight\?$/],
  [{ url: 'http://h/', auth: 'http://a/' }, /^endpoint\.auth must be an https: URL/],
])('refuses %o', (options, message) => {
  expect(() => resolveEndpoint(options, client)).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }))
})

it('refuses auth where the pool has no credentials', () => {
  const none = { ...client, clientId: undefined, clientSecret: undefined }
  expect(() => resolveEndpoint({ url: 'http://h/', auth: 'https://a/' }, none)).toThrow('endpoint.auth must come with credentials')
})
