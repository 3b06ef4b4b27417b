import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { VirtualTime } from '../testing/index.js'
import { ClientCredentialsSource } from './client-credentials.js'
import type { Grant, TokenEndpoint } from './token-endpoint.js'
import type { TokenEvent } from './types.js'

const HOUR = 3_600_000

/** An authorization server that answers when it is told to. */
class ScriptedEndpoint implements TokenEndpoint {
  readonly requests: Array<{
    at: number
    signal: AbortSignal
    scope: string | undefined
    grant: (lifetime?: number) => string
    fail: (details?: { retryAfter?: number; status?: number }) => void
  }> = []
  readonly revoked: string[] = []
  readonly #now: () => number
  underWay = 0

  constructor(now: () => number) {
    this.#now = now
  }

  request(signal: AbortSignal, scope?: string): Promise<Grant> {
    this.underWay++
    return new Promise<Grant>((resolve, reject) => {
      const token = `token-${this.requests.length + 1}`
      this.requests.push({
        at: this.#now(),
        signal,
        scope,
        grant: (lifetime) => {
          resolve({ token, lifetime })
          return token
        },
        fail: (details = {}) => reject(new PoolError('AUTH_FAILED', `no token: request ${token} failed`, details)),
      })
      signal.addEventListener('abort', () => reject(signal.reason))
    }).finally(() => this.underWay--)
  }

  async revoke(token: string): Promise<void> {
    this.revoked.push(token)
  }
}

function setUp(scope?: string) {
  const time = new VirtualTime()
  const endpoint = new ScriptedEndpoint(() => time.now())
  const told: TokenEvent[] = []
  const source = new ClientCredentialsSource(endpoint, { timers: time, random: () => 0.5, timeout: 10_000, onToken: (event) => told.push(event) }, scope)
  const last = () => endpoint.requests.at(-1)!
  return { time, endpoint, source, last, told }
}

/** With a first token that lives for an hour. */
async function holding(lifetime = HOUR, scope?: string) {
  const all = setUp(scope)
  const token = all.source.token()
  all.last().grant(lifetime)
  await token
  return all
}

describe('a token', () => {
  it('is asked for once, however many want it', async () => {
    const { source, endpoint, last } = setUp()
    expect(source.current()).toBeUndefined()
    const waiting = Array.from({ length: 50 }, () => source.token())
    last().grant(HOUR)
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['token-1']))
    expect(source.current()).toBe('token-1')
    expect(endpoint.requests).toHaveLength(1)
  })

  it('is renewed in the background before it expires, while the old one serves', async () => {
    const { source, endpoint, last, time } = await holding()
    time.advance(HOUR * 0.7)
    expect(source.current()).toBe('token-1')
    expect(endpoint.requests).toHaveLength(1)
    time.advance(HOUR * 0.15)
    expect([source.current(), source.current()]).toEqual(['token-1', 'token-1'])
    expect(endpoint.requests).toHaveLength(2)
    last().grant(HOUR)
    await time.run(0)
    expect(source.current()).toBe('token-2')
  })

  it('is told of when it came, and why it did not, and never what it is', async () => {
    const { source, last, time, told } = await holding()
    await time.run(HOUR * 0.85)
    source.current()
    last().fail()
    await time.run(HOUR * 0.15)
    const refused = source.token()
    last().fail()
    await expect(refused).rejects.toThrow('no token')
    expect(told).toEqual([
      { what: 'renewed', expiresIn: HOUR },
      { what: 'failed', error: 'no token: request token-2 failed', usable: true },
      { what: 'failed', error: 'no token: request token-3 failed', usable: false },
    ])
  })

  it('is not renewed while nobody uses it', async () => {
    const { source, endpoint, time } = await holding()
    await time.run(10 * HOUR)
    expect(endpoint.requests).toHaveLength(1)
    expect(source.current()).toBeUndefined()
  })

  it('lives from when it was asked for, not from when it came', async () => {
    const { source, last, time } = setUp()
    const token = source.token()
    await time.run(9_000)
    last().grant(10_000)
    await token
    expect(source.current()).toBe('token-1')
    await time.run(1_000)
    expect(source.current()).toBeUndefined()
  })

  it('without a lifetime serves until it is refused', async () => {
    const { source, endpoint, last, time } = setUp()
    const token = source.token()
    last().grant()
    await token
    await time.run(1_000 * HOUR)
    expect(source.current()).toBe('token-1')
    expect(endpoint.requests).toHaveLength(1)
  })

  it('without life left is used for a second all the same', async () => {
    const { source, endpoint } = await holding(0)
    await Promise.all([source.token(), source.token()])
    expect(endpoint.requests).toHaveLength(1)
  })
})

describe('an authorization server that fails', () => {
  it('is asked again after a while only, and everybody gets its failure meanwhile', async () => {
    const { source, endpoint, last, time } = setUp()
    const first = source.token()
    last().fail()
    await expect(first).rejects.toThrow('request token-1 failed')
    await expect(source.token()).rejects.toMatchObject({ code: 'AUTH_FAILED', retryAfter: 750 })
    expect(endpoint.requests).toHaveLength(1)
    await time.run(750)
    const second = source.token()
    last().grant(HOUR)
    await expect(second).resolves.toBe('token-2')
  })

  it('is given the time that it asks for', async () => {
    const { source, endpoint, last, time } = setUp()
    const first = source.token()
    last().fail({ retryAfter: 60_000 })
    await expect(first).rejects.toThrow('request token-1 failed')
    await time.run(59_999)
    await expect(source.token()).rejects.toMatchObject({ retryAfter: 1 })
    expect(endpoint.requests).toHaveLength(1)
  })

  it('does not take the old token away', async () => {
    const { source, endpoint, last, time } = await holding()
    time.advance(HOUR * 0.9)
    expect(source.current()).toBe('token-1')
    last().fail()
    await time.run(0)
    expect([source.current(), await source.token()]).toEqual(['token-1', 'token-1'])
    expect(endpoint.requests).toHaveLength(2)
    time.advance(HOUR * 0.1)
    const fresh = source.token()
    last().grant(HOUR)
    await expect(fresh).resolves.toBe('token-3')
  })

  it('by silence is given up after the timeout', async () => {
    const { source, time } = setUp()
    const token = source.token()
    const failure = token.catch((error: unknown) => error)
    await time.run(10_000)
    expect(await failure).toMatchObject({ code: 'AUTH_FAILED', message: 'no token: no answer within 10000 ms' })
    expect(time.pending).toBe(0)
  })
})

describe('a 401', () => {
  it('brings a new token once, for all who sent the old one', async () => {
    const { source, endpoint, last } = await holding()
    const renewed = [source.renew('token-1'), source.renew('token-1'), source.renew('token-1')]
    expect(source.current()).toBe('token-1')
    last().grant(HOUR)
    expect(await Promise.all(renewed)).toEqual(['token-2', 'token-2', 'token-2'])
    expect(await source.renew('token-1')).toBe('token-2')
    expect(endpoint.requests).toHaveLength(2)
  })

  it('waits for a renewal that is under way', async () => {
    const { source, endpoint, last, time } = await holding()
    time.advance(HOUR * 0.9)
    source.current()
    const renewed = source.renew('token-1')
    last().grant(HOUR)
    expect(await renewed).toBe('token-2')
    expect(endpoint.requests).toHaveLength(2)
  })

  it('to every token does not turn every call into a request', async () => {
    const { source, endpoint, time } = await holding()
    let refused = 0
    for (let call = 0; call < 6_000; call++) {
      const renewed = source.renew(source.current()).catch(() => refused++)
      if (endpoint.underWay > 0) endpoint.requests.at(-1)!.grant(HOUR)
      await renewed
      time.advance(10)
    }
    expect(endpoint.requests.length).toBeLessThan(12)
    expect(refused).toBeGreaterThan(5_900)
  })

  it('to a token that has been good for long is answered at once', async () => {
    const { source, endpoint, time } = await holding()
    for (let number = 2; number < 20; number++) {
      time.advance(61_000)
      const renewed = source.renew(source.current())
      endpoint.requests.at(-1)!.grant(HOUR)
      expect(await renewed).toBe(`token-${number}`)
    }
  })
})

describe('giving the token up', () => {
  it('revokes it once', async () => {
    const { source, endpoint } = await holding()
    await Promise.all([source.revoke(), source.revoke()])
    expect(endpoint.revoked).toEqual(['token-1'])
    expect(source.current()).toBeUndefined()
    await expect(source.token()).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    await expect(source.renew('token-1')).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    expect(endpoint.requests).toHaveLength(1)
  })

  it('revokes also one that is still on its way', async () => {
    const { source, endpoint, last } = setUp()
    const token = source.token()
    const revoked = source.revoke()
    last().grant(HOUR)
    await Promise.all([token, revoked])
    expect(endpoint.revoked).toEqual(['token-1'])
  })

  it('says nothing to the server where there is nothing to revoke', async () => {
    const { source, endpoint, time } = await holding()
    await time.run(HOUR)
    await source.revoke()
    await setUp().source.revoke()
    expect(endpoint.revoked).toEqual([])
  })

  it('is bounded in time', async () => {
    const { source, endpoint, time } = await holding()
    endpoint.revoke = (_token: string, signal?: AbortSignal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const failure = source.revoke().catch((error: unknown) => error)
    await time.run(10_000)
    expect(await failure).toMatchObject({ message: 'no answer within 10000 ms' })
  })
})

it('asks never twice at a time, never soon after a failure, and gives no expired token, whatever happens', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ kind: fc.constantFrom('current' as const, 'token' as const, 'renew' as const, 'fail' as const) }),
    fc.record({ kind: fc.constant('grant' as const), lifetime: fc.integer({ min: 0, max: 60_000 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const { time, endpoint, source } = setUp()
      const ends = new Map<string, number>()
      let failedAt = Number.NEGATIVE_INFINITY
      for (const { kind, ...details } of steps) {
        const before = endpoint.requests.length
        const open = endpoint.underWay > 0 ? endpoint.requests.at(-1) : undefined
        if (kind === 'wait') await time.run((details as { ms: number }).ms)
        else if (kind === 'token') source.token().catch(() => {})
        else if (kind === 'renew') source.renew(source.current()).catch(() => {})
        else if (kind === 'fail' && open !== undefined) {
          open.fail()
          failedAt = time.now()
        } else if (kind === 'grant' && open !== undefined) {
          const { lifetime } = details as { lifetime: number }
          ends.set(open.grant(lifetime), open.at + Math.max(1_000, lifetime))
        }
        await time.run(0)
        expect(endpoint.underWay).toBeLessThanOrEqual(1)
        if (endpoint.requests.length > before && kind !== 'fail') expect(time.now() - failedAt).toBeGreaterThanOrEqual(500)
        const current = source.current()
        if (current !== undefined) expect(ends.get(current)).toBeGreaterThan(time.now())
      }
    }),
  )
})

describe('a token that lacks a scope', () => {
  const wanting = (scope: string): string => `Bearer error="insufficient_scope", scope="${scope}"`

  it('is replaced by one with the union of what there was and what is needed, asked for once, which then serves all', async () => {
    const { endpoint, source, last } = await holding(HOUR, 'read list')
    const wider = [source.renew('token-1', wanting('write list')), source.renew('token-1', wanting('write'))]
    expect(endpoint.requests.map(({ scope }) => scope)).toEqual(['read list', 'read list write'])
    last().grant(HOUR)
    expect(await Promise.all(wider)).toEqual(['token-2', 'token-2'])
    expect(source.current()).toBe('token-2')
  })

  it('is renewed with the wider scope from then on', async () => {
    const { time, endpoint, source, last } = await holding(HOUR, 'read')
    const wider = source.renew('token-1', wanting('write'))
    last().grant(HOUR)
    await wider
    time.advance(0.9 * HOUR)
    source.current()
    expect(endpoint.requests.map(({ scope }) => scope)).toEqual(['read', 'read write', 'read write'])
  })

  it('is all there is where it was asked for with that scope already', async () => {
    const { endpoint, source } = await holding(HOUR, 'read write')
    await expect(source.renew('token-1', wanting('write'))).rejects.toMatchObject({ code: 'AUTH_FAILED', progress: 'refused' })
    await expect(source.renew('token-1', 'Bearer error="insufficient_scope"')).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    expect(endpoint.requests).toHaveLength(1)
  })

  it('stays in use where the authorization server does not give more, which is asked once', async () => {
    const { time, endpoint, source, last } = await holding(HOUR, 'read')
    const wider = source.renew('token-1', wanting('root'))
    last().fail({ status: 400 })
    await expect(wider).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    time.advance(60_000)
    await expect(source.renew('token-1', wanting('root'))).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    expect([endpoint.requests.length, source.current()]).toEqual([2, 'token-1'])
    time.advance(0.9 * HOUR)
    source.current()
    expect(last().scope).toBe('read')
  })
})
