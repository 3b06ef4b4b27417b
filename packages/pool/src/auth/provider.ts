import { type AuthProvider, auth, computeScopeUnion, isStrictScopeSuperset, type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/client'
import { PoolError } from '../errors.js'
import type { Milliseconds, TokenSource } from '../ports.js'
import { authFailure } from './auth-failure.js'
import { RequestGate } from './request-gate.js'
import { readChallenge } from './scope-challenge.js'
import type { AuthPorts, EndpointAuthProvider, Fetch, TokenOwner } from './types.js'

type UnauthorizedContext = Parameters<NonNullable<AuthProvider['onUnauthorized']>>[0]

/** How long a person is given to log in before the next 401 may ask again: about as long as authorization codes live. */
const PATIENCE: Milliseconds = 600_000

/**
 * One of the SDK's providers as a source of tokens. The provider is asked before every request, as it may expect; what it does about
 * a 401 happens once for all connections that share it, and a person who has been sent to log in is not sent again by each of them.
 */
export class ProviderTokens {
  readonly #provider: EndpointAuthProvider
  readonly #fetch: Fetch
  readonly #timers: AuthPorts['timers']
  readonly #gate: RequestGate
  readonly #onToken: AuthPorts['onToken']
  /** What is being done about a 401. */
  #flight: Promise<void> | undefined
  /** Of the last flow: what the code that it ends with must be redeemed with. */
  #flow: { readonly serverUrl: URL; readonly resourceMetadataUrl: URL | undefined; readonly scope: string | undefined } | undefined
  #askedPersonAt: Milliseconds | undefined

  constructor(provider: EndpointAuthProvider, { timers, random, fetch, onToken }: AuthPorts) {
    this.#provider = provider
    this.#timers = timers
    this.#fetch = fetch
    this.#onToken = onToken
    this.#gate = new RequestGate(timers, random)
  }

  /** A person has been asked to log in, and `finishAuth` has not been called yet. */
  get waiting(): boolean {
    return this.#askedPersonAt !== undefined && this.#timers.now() - this.#askedPersonAt < PATIENCE
  }

  get interactive(): boolean {
    return isOAuth(this.#provider)
  }

  /** What the connections to one server get. */
  source(serverUrl: string): TokenSource {
    return {
      current: () => undefined,
      token: () => this.#token(),
      renew: (rejected, challenge) => this.#renew(serverUrl, rejected, challenge),
      // It was the provider that got the token; it stays the provider's.
      revoke: async () => {},
    }
  }

  /** Redeems the code that the authorization server sent the person back with. */
  async finishAuth(callback: string | URLSearchParams, iss?: string): Promise<void> {
    const code = typeof callback === 'string' ? callback : callback.get('code')
    const issuer = typeof callback === 'string' ? iss : (callback.get('iss') ?? undefined)
    // The callback's own error is not shown: nobody has proved that it comes from the authorization server.
    if (code === null || code === '') throw new PoolError('AUTH_FAILED', 'the authorization callback brought no code', { progress: 'refused' })
    if (!isOAuth(this.#provider) || this.#flow === undefined)
      throw new PoolError('AUTH_FAILED', 'finishAuth without an authorization that an OAuthClientProvider has begun', { progress: 'refused' })
    const { serverUrl, resourceMetadataUrl, scope } = this.#flow
    try {
      const options = { serverUrl, authorizationCode: code, fetchFn: this.#fetch, ...given({ resourceMetadataUrl, scope, iss: issuer }) }
      if ((await auth(this.#provider, options)) !== 'AUTHORIZED') throw new UnauthorizedError('the code was not accepted')
    } catch (error) {
      throw authFailure('authorization not finished', error, { secrets: [code] })
    }
    this.#askedPersonAt = undefined
    this.#gate.succeeded()
    this.#onToken({ what: 'renewed', expiresIn: undefined }, ownerAt(serverUrl.href))
  }

  async #token(): Promise<string | undefined> {
    try {
      return isOAuth(this.#provider) ? (await this.#provider.tokens())?.access_token : await this.#provider.token()
    } catch (error) {
      throw authFailure('authProvider has no token', error)
    }
  }

  async #renew(serverUrl: string, rejected: string | undefined, challenge: string | undefined): Promise<string | undefined> {
    const known = await this.#token()
    if (known !== undefined && known !== rejected) return known
    // An `AuthProvider` has a token, and no scopes: the server's 403 stands.
    if (!isOAuth(this.#provider) && readChallenge(challenge).insufficientScope) return undefined
    this.#flight ??= this.#unauthorized(serverUrl, challenge).finally(() => {
      this.#flight = undefined
    })
    await this.#flight
    const token = await this.#token()
    if (token === undefined) throw new PoolError('AUTH_FAILED', 'authProvider has no token after a 401', { progress: 'refused', status: 401 })
    return token
  }

  async #unauthorized(serverUrl: string, challenge: string | undefined): Promise<void> {
    this.#gate.pass()
    const response = new Response(null, { status: 401, headers: challenge === undefined ? {} : { 'www-authenticate': challenge } })
    const context: UnauthorizedContext = { response, serverUrl: new URL(serverUrl), fetchFn: this.#fetch }
    try {
      if (isOAuth(this.#provider)) await this.#authorize(this.#provider, context, challenge)
      else if (this.#provider.onUnauthorized === undefined) throw new UnauthorizedError('the server refuses the token, and authProvider has no onUnauthorized')
      else await this.#provider.onUnauthorized(context)
      this.#gate.succeeded()
      this.#onToken({ what: 'renewed', expiresIn: undefined }, ownerAt(serverUrl))
    } catch (error) {
      const failure = authFailure('authProvider could not authorize', error, { status: 401 })
      this.#gate.failed(failure)
      this.#onToken({ what: 'failed', error: failure.message, usable: false }, ownerAt(serverUrl))
      throw failure
    }
  }

  async #authorize(provider: OAuthClientProvider, { serverUrl, fetchFn }: UnauthorizedContext, challenge: string | undefined): Promise<void> {
    if (this.waiting) throw new UnauthorizedError('waiting for a person to log in: pass the code to finishAuth')
    const { insufficientScope, resourceMetadataUrl, scope: needed } = readChallenge(challenge)
    // Step-up (2026-07-28, `basic/authorization#step-up-authorization-flow`): nothing that was granted is lost, and a refresh could not widen it.
    const granted = insufficientScope ? (await provider.tokens())?.scope : undefined
    const scope = insufficientScope ? computeScopeUnion(this.#flow?.scope, granted, needed) : needed
    const forceReauthorization = insufficientScope && isStrictScopeSuperset(scope, granted)
    this.#flow = { serverUrl, resourceMetadataUrl, scope }
    if ((await auth(provider, { serverUrl, fetchFn, forceReauthorization, ...given({ resourceMetadataUrl, scope }) })) === 'AUTHORIZED') return
    this.#askedPersonAt = this.#timers.now()
    throw new UnauthorizedError('a person must log in: pass the code to finishAuth')
  }
}

/** As people are shown it: a query may hold a secret. */
function ownerAt(serverUrl: string): TokenOwner {
  const { origin, pathname } = new URL(serverUrl)
  return { authorizationServer: undefined, endpoint: origin + pathname }
}

function isOAuth(provider: EndpointAuthProvider): provider is OAuthClientProvider {
  return 'tokens' in provider && 'clientInformation' in provider
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

/** Without what is undefined, which the SDK's types tell from absent. */
function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>
}
