import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { OAuthTokenEndpoint } from './token-endpoint.js'
import type { Fetch } from './types.js'

const credentials = { server: 'https://auth.example.com/', clientId: 'client id', clientSecret: 's3cr3t: ü*', resource: 'https://h/mcp', scope: 'a b' }
const never = new AbortController().signal

interface Sent {
  readonly url: string
  readonly method: string | undefined
  readonly headers: Headers
  readonly body: URLSearchParams
}

/** Answers by path; what it has no answer for is a 404. */
function server(answers: Readonly<Record<string, () => Response>>): { readonly sent: Sent[]; readonly fetch: Fetch } {
  const sent: Sent[] = []
  const fetch: Fetch = async (url, init) => {
    const { pathname, href } = new URL(url)
    sent.push({ url: href, method: init?.method, headers: new Headers(init?.headers), body: new URLSearchParams(String(init?.body ?? '')) })
    return answers[pathname]?.() ?? new Response('not here', { status: 404 })
  }
  return { sent, fetch }
}

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
const granted = json({ access_token: 't0k3n', token_type: 'Bearer', expires_in: 60 })

async function failure(answer: () => Response): Promise<PoolError> {
  const { fetch } = server({ '/oauth/token': answer })
  const error: unknown = await new OAuthTokenEndpoint(credentials, fetch).request(never).catch((reason: unknown) => reason)
  if (error instanceof PoolError) return error
  throw new Error('it did not fail with a PoolError', { cause: error })
}

describe('a request for a token', () => {
  it('names the client by HTTP Basic, and the resource and scope in the form', async () => {
    const { sent, fetch } = server({ '/oauth/token': granted })
    expect(await new OAuthTokenEndpoint(credentials, fetch).request(never)).toEqual({ token: 't0k3n', lifetime: 60_000 })
    const [request] = sent
    expect(request).toMatchObject({ url: 'https://auth.example.com/oauth/token', method: 'POST' })
    expect(Object.fromEntries(request!.body)).toEqual({ grant_type: 'client_credentials', resource: 'https://h/mcp', scope: 'a b' })
    // RFC 6749 section 2.3.1: form-encoded before they are put together.
    expect(atob(request!.headers.get('authorization')!.slice(6))).toBe('client+id:s3cr3t%3A+%C3%BC%2A')
  })

  it('leaves out what is not wanted', async () => {
    const { sent, fetch } = server({ '/tenant/oauth/token': granted })
    await new OAuthTokenEndpoint({ server: 'http://localhost:1/tenant', clientId: 'c', clientSecret: 's' }, fetch).request(never)
    expect([...sent[0]!.body.keys()]).toEqual(['grant_type'])
  })

  it.each(['http://auth.example.com', 'ftp://localhost', 'nonsense'])('is not made to %s', (to) => {
    expect(() => new OAuthTokenEndpoint({ ...credentials, server: to }, fetch)).toThrow(expect.objectContaining({ code: 'CONFIG' }))
  })

  it.each<[string, () => Response, RegExp, number | undefined]>([
    ['an OAuth error', json({ error: 'invalid_scope', error_description: 'no such scope' }, 400), /HTTP 400, invalid_scope \(no such scope\)$/, 400],
    [
      'a challenge',
      json({ error: 'invalid_client' }, 401, { 'www-authenticate': 'Basic realm="x", error="invalid_client"' }),
      /HTTP 401, invalid_client$/,
      401,
    ],
    ['a failing server', () => new Response('<html>', { status: 503 }), /HTTP 503$/, 503],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://elsewhere/' } }), /HTTP 302$/, 302],
    ['no JSON', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), /no token from https:\/\/auth\.example\.com: /, 200],
    ['no token', json({ token_type: 'bearer' }), /access_token/, 200],
    ['another kind of token', json({ access_token: 't', token_type: 'DPoP' }), /not a bearer token$/, 200],
    ['a token that breaks the header', json({ access_token: 't\r\nHost: x', token_type: 'bearer' }), /no header can carry$/, 200],
    [
      'an endless answer',
      () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })),
      /larger than 262144 bytes$/,
      undefined,
    ],
  ])('that is answered with %s is AUTH_FAILED', async (_, answer, message, status) => {
    const error = await failure(answer)
    expect(error).toMatchObject({ code: 'AUTH_FAILED', progress: 'refused', status })
    expect(error.message).toMatch(message)
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('keeps the wait that the server asks for', async () => {
    expect(await failure(json({ error: 'slow_down' }, 429, { 'retry-after': '7' }))).toMatchObject({ retryAfter: 7_000 })
    expect(await failure(json({ error: 'slow_down' }, 429, { 'retry-after': 'tomorrow' }))).toMatchObject({ retryAfter: undefined })
  })

  it('shows the innermost cause of a connection that failed', async () => {
    const refused = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })
    const fetch: Fetch = () => Promise.reject(new TypeError('fetch failed', { cause: refused }))
    await expect(new OAuthTokenEndpoint(credentials, fetch).request(never)).rejects.toThrow('no token from https://auth.example.com: ECONNREFUSED')
  })

  it('never shows the secret, in whatever form and wherever the server repeats it', async () => {
    const secret = fc.string({ minLength: 6, unit: 'grapheme' }).filter((text) => text.trim().length > 5 && !/^[a-z_ .]*$/i.test(text))
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom(400, 401, 500), fc.boolean(), async (clientSecret, status, challenge) => {
        const forms = [clientSecret]
        const fetch: Fetch = async (_url, init) => {
          const basic = new Headers(init?.headers).get('authorization')!.slice(6)
          forms.push(basic, atob(basic).split(':')[1]!)
          const description = forms.join(' or ').replaceAll(/[^\x20-\x7e]|["\\]/g, '')
          const headers: Record<string, string> = challenge ? { 'www-authenticate': `Basic realm="x", error_description="${description}"` } : {}
          return json({ error: 'invalid_client', error_description: forms.join(' or ') }, status, headers)()
        }
        const error: unknown = await new OAuthTokenEndpoint({ ...credentials, clientSecret }, fetch).request(never).catch((reason: unknown) => reason)
        const seen = inspect(error, { depth: 9, showHidden: true }).replaceAll(/^ +at .*$/gm, '')
        for (const form of forms) expect(seen).not.toContain(form)
      }),
    )
  })
})

describe('a revocation', () => {
  const metadata = { issuer: 'https://auth.example.com', revocation_endpoint: 'https://auth.example.com/revocation' }

  it.each<[string, Record<string, () => Response>, string]>([
    ['the metadata of RFC 8414', { '/.well-known/oauth-authorization-server': json(metadata) }, '/revocation'],
    ['OpenID Connect discovery', { '/.well-known/openid-configuration': json(metadata) }, '/revocation'],
    ['no metadata', {}, '/oauth/revoke'],
    ["another issuer's metadata", { '/.well-known/oauth-authorization-server': json({ ...metadata, issuer: 'https://evil.example.com' }) }, '/oauth/revoke'],
    ['an endpoint over plain http', { '/.well-known/oauth-authorization-server': json({ ...metadata, revocation_endpoint: 'http://h/r' }) }, '/oauth/revoke'],
  ])('goes where %s says', async (_, answers, path) => {
    const { sent, fetch } = server({ ...answers, [path]: () => new Response(null) })
    await new OAuthTokenEndpoint(credentials, fetch).revoke('t0k3n', never)
    const request = sent.at(-1)!
    expect(request).toMatchObject({ url: `https://auth.example.com${path}`, method: 'POST' })
    expect(request.body.get('token')).toBe('t0k3n')
    expect(request.headers.get('authorization')).toMatch(/^Basic /)
  })

  it('at a server that has none is no error', async () => {
    await expect(new OAuthTokenEndpoint(credentials, server({}).fetch).revoke('t0k3n', never)).resolves.toBeUndefined()
  })

  it('that is refused is AUTH_FAILED, without the token', async () => {
    const { fetch } = server({ '/oauth/revoke': json({ error: 'unsupported_token_type', error_description: 'not t0k3n' }, 400) })
    await expect(new OAuthTokenEndpoint(credentials, fetch).revoke('t0k3n', never)).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'token not revoked at https://auth.example.com: HTTP 400, unsupported_token_type (not …)',
    })
  })
})
