import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { resolveConfig } from './index.js'
import { poolOptions } from './schema.js'

/** Everything that a user or a log may get to see of a refusal. */
function refusal(options: unknown): string | undefined {
  try {
    resolveConfig(options)
    return undefined
  } catch (error) {
    if (!(error instanceof PoolError) || error.code !== 'CONFIG') throw new Error(`not a CONFIG error: ${String(error)}`, { cause: error })
    return inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)
  }
}

const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true })

describe('resolveConfig', () => {
  it('answers anything with a config or with CONFIG', () => {
    fc.assert(
      fc.property(anything, (options) => {
        expect(() => refusal(options)).not.toThrow()
      }),
    )
  })

  it('answers options whose names are right and whose values are anything with a config or with CONFIG', () => {
    const endpoint = fc.record(
      { url: fc.oneof(fc.webUrl(), anything), command: anything, auth: anything, headers: anything, tls: anything, id: anything },
      { requiredKeys: [] },
    )
    const endpoints = fc.oneof(fc.array(endpoint, { maxLength: 3 }), anything)
    // Some at a time: most of what is wrong hides what is wrong with the others.
    const options = fc
      .subarray(Object.keys(poolOptions), { maxLength: 8 })
      .chain((names) => fc.record({ endpoints, ...Object.fromEntries(names.map((name) => [name, name === 'endpoints' ? endpoints : anything])) }))
    fc.assert(
      fc.property(options, (given) => {
        expect(() => refusal(given)).not.toThrow()
      }),
    )
  }, 30_000)

  it('takes any number in the range of an option and none beyond', () => {
    const endpoints = [{ url: 'http://127.0.0.1/mcp' }]
    fc.assert(
      fc.property(fc.double(), (retryDelay) => {
        expect(refusal({ endpoints, retryDelay }) === undefined).toBe(retryDelay >= 0 && retryDelay <= 2 ** 31 - 1)
      }),
    )
  })

  it('shows no secret, wherever one was put and whatever else is wrong', () => {
    const secret = fc
      .string({ unit: fc.constantFrom(...Array.from('abcdefghijkmnopqrstuvwxyzABCDEFGH23456789')), minLength: 12, maxLength: 80 })
      .map((text) => `Zq7${text}`)
    // Right or wrong in shape: a secret in a string, in an array, in an object, in a broken URL.
    const planted = (text: string): fc.Arbitrary<unknown> =>
      fc.constantFrom<unknown>(
        text,
        [text],
        { value: text },
        `${text}\n`,
        `Bearer ${text}`,
        `http://user:${text}@host/`,
        `${text}@host`,
        `https://h/?key=${text}`,
      )
    const url = (text: string): fc.Arbitrary<string> =>
      fc.constantFrom(
        `http://user:${text}@h/mcp`,
        `http://${text}@h/`,
        `ftp://h/?key=${text}`,
        `http://h:99999/?${text}`,
        `//u:${text}@h`,
        `http://h/mcp#${text}`,
        `http:\\\\u:${text}@h`,
      )
    const text = (content: string): fc.Arbitrary<unknown> =>
      fc.dictionary(fc.constantFrom('Authorization', 'x-key', 'bad name', 'Host'), planted(content), { maxKeys: 3 })
    const broken = secret.chain((content) => {
      const endpoint = fc.record(
        {
          url: url(content),
          command: fc.constantFrom('node', 7),
          args: planted(content),
          env: fc.oneof(planted(content), text(content)),
          headers: fc.oneof(planted(content), text(content)),
          auth: fc.oneof(url(content), fc.record({ url: url(content), clientId: fc.constant(5), clientSecret: planted(content) }, { requiredKeys: [] })),
          authProvider: planted(content),
          proxy: fc.oneof(url(content), planted(content)),
          dispatcher: planted(content),
          tls: fc.record({ ca: planted(content), key: planted(content), cert: planted(content) }, { requiredKeys: [] }),
          weight: fc.constant(-1),
        },
        { requiredKeys: [] },
      )
      const options = fc.record({
        endpoints: fc.array(endpoint, { maxLength: 3 }),
        clientSecret: planted(content),
        clientId: fc.constant('client'),
        maxSize: fc.constantFrom(0, 5),
      })
      return fc.record({ content: fc.constant(content), options })
    })
    let refused = 0
    fc.assert(
      fc.property(broken, ({ content, options }) => {
        const seen = refusal(options)
        if (seen === undefined) return
        refused++
        expect(seen).not.toContain(content.slice(0, 12))
      }),
      { numRuns: 500 },
    )
    expect(refused).toBeGreaterThan(400)
  })
})
