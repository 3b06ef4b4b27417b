import { PoolError } from '../errors.js'
import { Alarm, type Milliseconds, type TokenSource } from '../ports.js'
import { systemTimers } from '../system-timers.js'
import { ClientCredentialsSource } from './client-credentials.js'
import { ProviderTokens } from './provider.js'
import { OAuthTokenEndpoint } from './token-endpoint.js'
import type { AuthPorts, ClientCredentials, EndpointAuthProvider, Fetch, TokenEvent } from './types.js'

/** Who authorizes an endpoint; neither: nobody. */
export interface TokenNeeds {
  readonly url: string
  readonly auth: ClientCredentials | undefined
  readonly authProvider: EndpointAuthProvider | undefined
  /** By which way to ask. Where several share one token, that of the first counts. @default the cache's */
  readonly fetch?: Fetch | undefined
}

/**
 * A token is kept for so long after its last connection is gone: that connection is often being opened again, perhaps while the
 * authorization server is down, and would miss the token that it had.
 */
const LINGER: Milliseconds = 60_000

/** A token and those who use it. */
class Shared extends Alarm {
  readonly source: ClientCredentialsSource
  users = 0
  readonly #unused: () => void

  constructor(source: ClientCredentialsSource, unused: () => void) {
    super()
    this.source = source
    this.#unused = unused
  }

  override fire(): void {
    this.#unused()
  }
}

/** The tokens of a pool: one for each authorization server, client, resource and scope, however many connections use it. */
export class TokenCache {
  readonly #ports: AuthPorts
  readonly #tokens = new Map<string, Shared>()
  readonly #providers = new Map<EndpointAuthProvider, ProviderTokens>()
  /** Revocations of tokens that nobody used any more. */
  readonly #revoking = new Set<Promise<void>>()
  #closing: Promise<void> | undefined

  /** Ports that are not given are those of this machine, with a timeout of 10 s, and nobody who is told. */
  constructor(ports: Partial<AuthPorts> = {}) {
    const { timers = systemTimers(), random = Math.random, timeout = 10_000, fetch = globalThis.fetch, onToken = () => {} } = ports
    this.#ports = { timers, random, timeout, fetch, onToken }
  }

  /**
   * The token for one connection; undefined where it needs none. To be given up by its `revoke`.
   *
   * @throws PoolError `SHUTTING_DOWN` after `revokeAll`, `CONFIG` for an authorization server over plain `http:` beyond loopback
   */
  lease({ url, auth, authProvider, fetch = this.#ports.fetch }: TokenNeeds): TokenSource | undefined {
    if (this.#closing !== undefined) throw new PoolError('SHUTTING_DOWN', 'all tokens have been given up')
    if (authProvider !== undefined) return this.#provider(authProvider, fetch).source(url)
    return auth && this.#lease(auth, fetch)
  }

  /** Redeems the code with which a person came back, for the one provider that waits for it. */
  async finishAuth(callback: string | URLSearchParams, iss?: string): Promise<void> {
    const interactive = [...this.#providers.values()].filter((provider) => provider.interactive)
    const waiting = interactive.filter((provider) => provider.waiting)
    const [provider, ...others] = waiting.length > 0 ? waiting : interactive
    if (provider === undefined) throw new PoolError('AUTH_FAILED', 'finishAuth needs an endpoint with an OAuthClientProvider', { progress: 'refused' })
    if (others.length > 0)
      throw new PoolError('AUTH_FAILED', 'several OAuthClientProviders wait for a code: give replicas of one service the same provider', {
        progress: 'refused',
      })
    await provider.finishAuth(callback, iss)
  }

  /**
   * Revokes every token, also those in use: at shutdown.
   *
   * @throws PoolError `AUTH_FAILED` if a server refused; all others are revoked all the same
   */
  revokeAll(): Promise<void> {
    this.#closing ??= this.#revokeAll()
    return this.#closing
  }

  async #revokeAll(): Promise<void> {
    const tokens = [...this.#tokens]
    const results = await Promise.allSettled([...tokens.map(([key, token]) => this.#revoke(key, token)), ...this.#revoking])
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    const [first] = errors
    if (errors.length > 1)
      throw new PoolError('AUTH_FAILED', `${errors.length} tokens could not be revoked`, { progress: 'refused', cause: new AggregateError(errors) })
    if (errors.length === 1) throw first
  }

  #provider(provider: EndpointAuthProvider, fetch: Fetch): ProviderTokens {
    const known = this.#providers.get(provider)
    if (known !== undefined) return known
    const tokens = new ProviderTokens(provider, { ...this.#ports, fetch })
    this.#providers.set(provider, tokens)
    return tokens
  }

  #lease(credentials: ClientCredentials, fetch: Fetch): TokenSource {
    const { server, clientId, clientSecret, resource, scope } = credentials
    const key = JSON.stringify([server, clientId, clientSecret, resource, scope])
    const shared = this.#tokens.get(key) ?? this.#open(key, credentials, fetch)
    const { timers } = this.#ports
    shared.users++
    timers.clear(shared)
    let released = false
    return {
      current: () => (released ? undefined : shared.source.current()),
      token: () => (released ? Promise.reject(givenUp()) : shared.source.token()),
      renew: (rejected, challenge) => (released ? Promise.reject(givenUp()) : shared.source.renew(rejected, challenge)),
      revoke: async () => {
        if (released) return
        released = true
        shared.users--
        if (shared.users === 0 && this.#tokens.get(key) === shared) timers.set(shared, LINGER)
      },
    }
  }

  #open(key: string, credentials: ClientCredentials, fetch: Fetch): Shared {
    const { server: authorizationServer, scope } = credentials
    const endpoint = new OAuthTokenEndpoint(credentials, fetch)
    const onToken = (event: TokenEvent): void => this.#ports.onToken(event, { authorizationServer, endpoint: undefined })
    const source = new ClientCredentialsSource(endpoint, { ...this.#ports, onToken }, scope)
    const shared = new Shared(source, () => this.#unused(key, shared))
    this.#tokens.set(key, shared)
    return shared
  }

  #unused(key: string, shared: Shared): void {
    const revoking = this.#revoke(key, shared)
      // The token runs out by itself, and nobody is left who could do better.
      .catch(() => {})
      .finally(() => this.#revoking.delete(revoking))
    this.#revoking.add(revoking)
  }

  async #revoke(key: string, shared: Shared): Promise<void> {
    // From now on whoever comes gets another token.
    this.#tokens.delete(key)
    this.#ports.timers.clear(shared)
    await shared.source.revoke()
  }
}

function givenUp(): PoolError {
  return new PoolError('AUTH_FAILED', 'the token has been given up', { progress: 'refused' })
}
