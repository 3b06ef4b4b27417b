import { type OAuthDiscoveryState, UnauthorizedError } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../testing/index.js'
import { TokenCache } from './token-cache.js'
import type { AuthProvider, EndpointAuthProvider, Fetch, OAuthClientProvider } from './types.js'

const url = 'https://mcp.example.com/mcp'
const issuer = 'https://auth.example.com'

function setUp(authProvider: EndpointAuthProvider, fetch: Fetch = async () => new Response(null, { status: 404 })) {
  const time = new VirtualTime()
  const cache = new TokenCache({ timers: time, random: () => 0, timeout: 1_000, fetch })
  return { time, cache, source: cache.lease({ url, auth: undefined, authProvider })! }
}

describe('an AuthProvider', () => {
  it('is asked before every request', async () => {
    let number = 0
    const { source } = setUp({ token: async () => `token-${++number}` })
    expect([source.current(), await source.token(), await source.token()]).toEqual([undefined, 'token-1', 'token-2'])
  })

  it('may have no token', async () => {
    expect(await setUp({ token: async () => undefined }).source.token()).toBeUndefined()
  })

  it('is told of a 401 once, with the challenge, however many got one', async () => {
    const told: Array<{ challenge: string | null; serverUrl: string }> = []
    let token = 'old'
    const provider: AuthProvider = {
      token: async () => token,
      onUnauthorized: async ({ response, serverUrl }) => {
        told.push({ challenge: response.headers.get('www-authenticate'), serverUrl: serverUrl.href })
        token = 'new'
      },
    }
    const { cache, source } = setUp(provider)
    const other = cache.lease({ url: 'https://h2/mcp', auth: undefined, authProvider: provider })!
    const renewed = [source.renew('old', 'Bearer error="invalid_token"'), other.renew('old'), source.renew('old')]
    expect(await Promise.all(renewed)).toEqual(['new', 'new', 'new'])
    expect(await source.renew('old')).toBe('new')
    expect(told).toEqual([{ challenge: 'Bearer error="invalid_token"', serverUrl: url }])
  })

  it('is told of with the server that it was asked for, without what a query may hold', async () => {
    const told: unknown[] = []
    const cache = new TokenCache({ timers: new VirtualTime(), random: () => 0, timeout: 1_000, onToken: (...event) => told.push(event) })
    let fails = false
    const provider: AuthProvider = { token: async () => 'old', onUnauthorized: () => (fails ? Promise.reject(new Error('no')) : Promise.resolve()) }
    const source = cache.lease({ url: `${url}?key=s3cr3t`, auth: undefined, authProvider: provider })!
    await source.renew('old')
    fails = true
    await expect(source.renew('old')).rejects.toThrow('no')
    const owner = { authorizationServer: undefined, endpoint: url }
    expect(told).toEqual([
      [{ what: 'renewed', expiresIn: undefined }, owner],
      [{ what: 'failed', error: 'authProvider could not authorize: no', usable: false }, owner],
    ])
  })

  it.each<[string, AuthProvider]>([
    ['cannot do anything about it', { token: async () => 'old' }],
    ['has no token after it', { token: async () => undefined, onUnauthorized: async () => {} }],
    ['fails', { token: async () => 'old', onUnauthorized: () => Promise.reject(new Error('no')) }],
    ['cannot even read its token', { token: () => Promise.reject(new Error('no')) }],
  ])('that %s is AUTH_FAILED', async (_, provider) => {
    await expect(setUp(provider).source.renew('old')).rejects.toMatchObject({ code: 'AUTH_FAILED', progress: 'refused' })
  })

  it('is not told of a lack of scope, which stands', async () => {
    const { source } = setUp({ token: async () => 'narrow', onUnauthorized: () => Promise.reject(new Error('asked')) })
    expect(await source.renew('narrow', 'Bearer error="insufficient_scope", scope="write"')).toBeUndefined()
  })

  it('that fails is not asked again by every call', async () => {
    let asked = 0
    const { source, time } = setUp({ token: async () => 'old', onUnauthorized: () => Promise.reject(new Error(`no ${++asked}`)) })
    for (let call = 0; call < 10; call++) await expect(source.renew('old')).rejects.toThrow('no 1')
    await time.run(1_000)
    await expect(source.renew('old')).rejects.toThrow('no 2')
  })
})

/** A provider that keeps what it is given, and an authorization server that it finds through the MCP server. */
function person() {
  const saved: { tokens?: Awaited<ReturnType<OAuthClientProvider['tokens']>>; verifier: string; discovery?: OAuthDiscoveryState } = { verifier: '' }
  const sentTo: URL[] = []
  const provider: OAuthClientProvider = {
    redirectUrl: 'http://localhost:1/callback',
    clientMetadata: { redirect_uris: ['http://localhost:1/callback'] },
    clientInformation: () => ({ client_id: 'client', issuer }),
    tokens: () => saved.tokens,
    saveTokens: (tokens) => {
      saved.tokens = tokens
    },
    redirectToAuthorization: (to) => void sentTo.push(to),
    saveCodeVerifier: (verifier) => {
      saved.verifier = verifier
    },
    codeVerifier: () => saved.verifier,
    saveDiscoveryState: (state) => {
      saved.discovery = state
    },
    discoveryState: () => saved.discovery,
  }
  const redeemed: URLSearchParams[] = []
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  }
  const fetch: Fetch = async (to, init) => {
    const { pathname } = new URL(to)
    if (pathname.startsWith('/.well-known/oauth-protected-resource')) return Response.json({ resource: url, authorization_servers: [issuer] })
    if (pathname.startsWith('/.well-known/oauth-authorization-server')) return Response.json(metadata)
    if (pathname !== '/token') return new Response(null, { status: 404 })
    const form = new URLSearchParams(String(init?.body))
    redeemed.push(form)
    return form.get('code') === 'c0de'
      ? Response.json({ access_token: 'new', token_type: 'bearer' })
      : Response.json({ error: 'invalid_request', error_description: `not ${form.get('code')}` }, { status: 400 })
  }
  return { provider, sentTo, redeemed, fetch }
}

describe('an OAuthClientProvider', () => {
  it('sends a person to log in once, and takes the code that comes back', async () => {
    const { provider, sentTo, redeemed, fetch } = person()
    const { cache, source, time } = setUp(provider, fetch)
    expect(await source.token()).toBeUndefined()
    const failure = expect.objectContaining({ code: 'AUTH_FAILED', cause: expect.any(UnauthorizedError), message: expect.stringContaining('finishAuth') })
    await expect(source.renew(undefined, 'Bearer scope="files"')).rejects.toEqual(failure)
    await time.run(60_000)
    await expect(source.renew(undefined)).rejects.toEqual(failure)
    expect(sentTo.map((to) => [to.origin, to.searchParams.get('scope')])).toEqual([[issuer, 'files']])

    await cache.finishAuth(new URLSearchParams({ code: 'c0de', iss: issuer }))
    expect(redeemed[0]!.get('code')).toBe('c0de')
    expect(await source.token()).toBe('new')
  })

  it('asks for what there was and what is needed where a scope is lacking', async () => {
    const { provider, sentTo, fetch } = person()
    await provider.saveTokens({ access_token: 'narrow', token_type: 'bearer', scope: 'read', refresh_token: 'would not widen it' })
    const { source } = setUp(provider, fetch)
    await expect(source.renew('narrow', 'Bearer error="insufficient_scope", scope="write"')).rejects.toThrow('log in')
    expect(sentTo.map((to) => to.searchParams.get('scope')?.split(' '))).toEqual([expect.arrayContaining(['read', 'write'])])
    expect(await source.token()).toBe('narrow')
  })

  it('sends the person again when nobody has come back for long', async () => {
    const { provider, sentTo, fetch } = person()
    const { source, time } = setUp(provider, fetch)
    await expect(source.renew(undefined)).rejects.toThrow('log in')
    await time.run(600_000)
    await expect(source.renew(undefined)).rejects.toThrow('log in')
    expect(sentTo).toHaveLength(2)
  })

  it.each<[string, string | URLSearchParams, string | undefined]>([
    ['a callback without a code', new URLSearchParams({ error: 'access_denied' }), undefined],
    ['a code that the server refuses', 'wr0ng', undefined],
    ["another issuer's code", 'c0de', 'https://evil.example.com'],
  ])('refuses %s', async (_, callback, iss) => {
    const { provider, fetch } = person()
    const { cache, source } = setUp(provider, fetch)
    await expect(source.renew(undefined)).rejects.toThrow('log in')
    await expect(cache.finishAuth(callback, iss)).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    expect(await source.token()).toBeUndefined()
  })

  it('is needed to finish an authorization, and one that has begun', async () => {
    await expect(setUp({ token: async () => 'token' }).cache.finishAuth('c0de')).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    await expect(setUp(person().provider).cache.finishAuth('c0de')).rejects.toMatchObject({ code: 'AUTH_FAILED' })
  })

  it('is asked for by name where several wait', async () => {
    const [one, two] = [person(), person()]
    const { cache, source } = setUp(one.provider, one.fetch)
    const other = cache.lease({ url, auth: undefined, authProvider: two.provider })!
    await expect(source.renew(undefined)).rejects.toThrow('log in')
    await expect(other.renew(undefined)).rejects.toThrow('log in')
    await expect(cache.finishAuth('c0de')).rejects.toThrow('give replicas of one service the same provider')
  })
})
