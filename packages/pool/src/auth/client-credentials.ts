import { DeadlineSignal } from '../deadline-signal.js'
import { PoolError } from '../errors.js'
import type { Milliseconds, Random, Timers, TokenSource } from '../ports.js'
import { authFailure } from './auth-failure.js'
import { RequestGate } from './request-gate.js'
import { readChallenge, widened } from './scope-challenge.js'
import type { TokenEndpoint } from './token-endpoint.js'
import type { AuthPorts, TokenEvent } from './types.js'

export interface ClientCredentialsPorts extends Pick<AuthPorts, 'timers' | 'random' | 'timeout'> {
  readonly onToken?: (event: TokenEvent) => void
}

/** Part of its lifetime after which a token is renewed, at the earliest; up to `SPREAD` later, so that a fleet does not renew as one. */
const RENEWAL = 0.7
const SPREAD = 0.15
/** A token that lives shorter is used all the same for so long: without a bound every call would ask for one of its own. */
const SHORTEST: Milliseconds = 1_000

/**
 * After a 401 a token is renewed at once, this many times; from then on it must have reached an age that doubles, until one is good
 * for `SETTLED`. Otherwise a server that refuses every token would turn each call into a request for another one.
 */
const FREE_RENEWALS = 3
const SETTLED: Milliseconds = 60_000

/** Servers name the scopes: what they name must not make a token's request grow for ever. */
const LONGEST_SCOPE = 4_096

interface Held {
  readonly token: string
  readonly since: Milliseconds
  readonly renewAt: Milliseconds
  readonly expiresAt: Milliseconds
}

/**
 * One token of one client at one authorization server.
 *
 *     since ───────────── current() ──────────────▶ renewAt ── current(), renewing in the background ──▶ expiresAt ── token() waits
 *
 * Nothing is renewed that is not in use: it is the call that asks for the token that finds it old, so there is no timer, and an idle
 * pool asks for nothing. While a renewal fails, the old token serves as long as it is valid.
 */
export class ClientCredentialsSource implements TokenSource {
  readonly #endpoint: TokenEndpoint
  readonly #timers: Timers
  readonly #random: Random
  readonly #timeout: Milliseconds
  readonly #onToken: (event: TokenEvent) => void
  readonly #gate: RequestGate
  #held: Held | undefined
  /** What tokens are asked for with: as configured, and wider once a server wanted more. */
  #scope: string | undefined
  /** Wider than a token could be had for. */
  #denied: string | undefined
  /** The one request under way. */
  #flight: Promise<string> | undefined
  /** Renewals after a 401 in a row, none of which lasted. */
  #refusals = 0
  #closing: Promise<void> | undefined

  constructor(endpoint: TokenEndpoint, { timers, random, timeout, onToken = () => {} }: ClientCredentialsPorts, scope?: string) {
    this.#endpoint = endpoint
    this.#scope = scope
    this.#timers = timers
    this.#random = random
    this.#timeout = timeout
    this.#onToken = onToken
    this.#gate = new RequestGate(timers, random)
  }

  current(): string | undefined {
    const held = this.#held
    if (held === undefined || this.#closing !== undefined) return undefined
    const now = this.#timers.now()
    if (now < held.renewAt) return held.token
    if (now >= held.expiresAt) return undefined
    // Its failure is told to those who need a new token, by the gate.
    if (this.#flight === undefined && this.#gate.open) this.#ask().catch(() => {})
    return held.token
  }

  async token(): Promise<string> {
    return this.current() ?? (await this.#fresh())
  }

  async renew(rejected: string | undefined, challenge?: string): Promise<string> {
    const { insufficientScope, scope } = readChallenge(challenge)
    if (insufficientScope) return await this.#stepUp(rejected, scope)
    const current = this.current()
    if (current !== undefined && current !== rejected) return current
    // One that is under way brings another token, whoever asked for it.
    if (current !== undefined && this.#flight === undefined) this.#refused()
    return await this.#fresh()
  }

  /**
   * The token is good, and not good for this: one with the scopes that are needed besides those that there were. It serves all from then
   * on; where the authorization server does not give it, the old one stays in use for what it is good for, and nobody asks again.
   */
  async #stepUp(rejected: string | undefined, needed: string | undefined): Promise<string> {
    // What is under way may be what is needed.
    while (this.#flight !== undefined) await this.#flight.catch(() => {})
    const current = this.current()
    const wider = widened(this.#scope, needed)
    if (wider === undefined && current !== undefined && current !== rejected) return current
    if (wider === undefined || wider === this.#denied || wider.length > LONGEST_SCOPE)
      throw new PoolError('AUTH_FAILED', 'the server wants a scope that the token cannot be given', { progress: 'refused', status: 403 })
    const before = this.#scope
    this.#scope = wider
    try {
      return await this.#fresh()
    } catch (error) {
      this.#scope = before
      if (error instanceof PoolError && error.status === 400) this.#denied = wider
      throw error
    }
  }

  revoke(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #refused(): void {
    const age = this.#timers.now() - (this.#held?.since ?? 0)
    if (age >= SETTLED) this.#refusals = 0
    const wanted = this.#refusals < FREE_RENEWALS ? 0 : Math.min(SETTLED, 1_000 * 2 ** (this.#refusals - FREE_RENEWALS))
    if (age < wanted)
      throw new PoolError('AUTH_FAILED', 'the server refuses new tokens too: check the resource and scope that they are asked for with', {
        progress: 'refused',
        status: 401,
        retryAfter: Math.ceil(wanted - age),
      })
    this.#refusals++
  }

  async #fresh(): Promise<string> {
    if (this.#closing !== undefined) throw new PoolError('AUTH_FAILED', 'the token has been given up', { progress: 'refused' })
    if (this.#flight !== undefined) return await this.#flight
    this.#gate.pass()
    return await this.#ask()
  }

  #ask(): Promise<string> {
    this.#flight = this.#request().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #request(): Promise<string> {
    const asked = this.#timers.now()
    const deadline = new DeadlineSignal(this.#timers, this.#timeout)
    try {
      const { token, lifetime } = await this.#endpoint.request(deadline.signal, this.#scope)
      const life = Math.max(SHORTEST, lifetime ?? Number.POSITIVE_INFINITY)
      this.#held = { token, since: this.#timers.now(), renewAt: asked + life * (RENEWAL + SPREAD * this.#random()), expiresAt: asked + life }
      this.#gate.succeeded()
      this.#onToken({ what: 'renewed', expiresIn: lifetime })
      return token
    } catch (error) {
      const failure = error instanceof PoolError ? error : authFailure('no token', error)
      this.#gate.failed(failure)
      const held = this.#held
      this.#onToken({ what: 'failed', error: failure.message, usable: held !== undefined && this.#timers.now() < held.expiresAt })
      throw failure
    } finally {
      deadline.clear()
    }
  }

  /** A token that is on its way is waited for: it would be valid, and nobody's. */
  async #close(): Promise<void> {
    await this.#flight?.catch(() => {})
    const held = this.#held
    if (held === undefined || this.#timers.now() >= held.expiresAt) return
    this.#held = undefined
    const deadline = new DeadlineSignal(this.#timers, this.#timeout)
    try {
      await this.#endpoint.revoke(held.token, deadline.signal)
    } finally {
      deadline.clear()
    }
  }
}
