import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Entries } from './entries.js'
import { sameEntry } from './same-entry.js'

const NOBODY = { clientId: undefined, clientSecret: undefined, scope: undefined, endpointDefaults: undefined }
const entries = (taken: readonly string[] = []): Entries => new Entries(NOBODY, new Set(taken))
const url = (name: string): string => `http://${name}.test/mcp`

function told({ found, vanished }: ReturnType<Entries['answered']>): [string[], readonly string[]] {
  return [found.map(({ id }) => id), vanished]
}

describe('an answer', () => {
  it('is told as what it has that the one before had not, and the other way round', () => {
    const read = entries()
    expect(told(read.answered([{ url: url('a') }, { url: url('b'), id: 'b' }]))).toEqual([[url('a'), 'b'], []])
    expect(told(read.answered([{ url: url('b'), id: 'b' }, { url: url('c') }, { url: url('a') }]))).toEqual([[url('c')], []])
    expect(told(read.answered([{ url: url('c') }]))).toEqual([[], ['b', url('a')]])
    expect(told(read.answered([]))).toEqual([[], [url('c')]])
    expect(read.size).toBe(0)
  })

  it('with the same in other words changes nothing', () => {
    const read = entries()
    read.answered([{ url: url('a'), tags: ['x'] }])
    expect(told(read.answered([{ tags: ['x'], weight: 1, url: url('a') }]))).toEqual([[], []])
  })

  it('with another weight, or another URL for an id, is a change of that endpoint', () => {
    const read = entries()
    read.answered([{ url: url('a') }, { url: url('b'), id: 'b' }])
    expect(
      told(
        read.answered([
          { url: url('a'), weight: 2 },
          { url: url('b'), id: 'b' },
        ]),
      ),
    ).toEqual([[url('a')], []])
    expect(
      told(
        read.answered([
          { url: url('a'), weight: 2 },
          { url: url('c'), id: 'b' },
        ]),
      ),
    ).toEqual([['b'], []])
  })
})

describe('an entry that is wrong', () => {
  it('is left out with a reason that names it and shows no secret, and the others are used', () => {
    const read = entries()
    const bad = [
      null,
      'http://h/',
      { url: 'http://h:99999/' },
      { url: 'http://user:s3cr3t@h/' },
      { url: url('x'), weight: -1 },
      { url: url('y'), tags: ['a\u0000b'] },
      { url: url('z'), headers: { 'content-length': 's3cr3t' } },
      { id: 'half' },
      Object.defineProperty({}, 'url', {
        enumerable: true,
        get: () => {
          throw new Error('s3cr3t')
        },
      }),
    ]
    expect(told(read.answered([...bad, { url: url('good') }]))).toEqual([[url('good')], []])
    expect([read.size, read.rejected]).toEqual([1, bad.length])
    expect(read.reasons.join('\n')).not.toContain('s3cr3t')
    expect(read.reasons.slice(2, 5)).toEqual([
      '"http://h:99999/": endpoint.url must be an http: or https: URL, got "http://h:99999/"',
      '"http://…@h/": endpoint.url must have no user and password: they belong in headers or auth',
      `"${url('x')}": endpoint.weight must be a number in 0.001 … 1,000, got -1`,
    ])
  })

  it('may be a hole, and the list one that grows after it was handed over', () => {
    const read = entries()
    const list: unknown[] = Array(2)
    list.push({ url: url('a') })
    expect(told(read.answered(list))).toEqual([[url('a')], []])
    expect(read.rejected).toBe(2)
    list.push({ url: url('b') })
    expect(told(read.answered(list))).toEqual([[url('b')], []])
  })

  it('is counted where there are many, with the reasons of the first ten', () => {
    const read = entries()
    read.answered(Array.from({ length: 1_000 }, (_, at) => ({ url: url(`e${at}`), weight: -at - 1 })))
    expect([read.rejected, read.reasons.length]).toEqual([1_000, 10])
  })

  it('is used when it is right, and goes when it is wrong', () => {
    const read = entries()
    read.answered([{ url: url('a'), weight: 0 }])
    expect(told(read.answered([{ url: url('a'), weight: 1 }]))).toEqual([[url('a')], []])
    expect(told(read.answered([{ url: url('a'), weight: 0 }]))).toEqual([[], [url('a')]])
    expect([read.size, read.rejected]).toEqual([0, 1])
  })
})

describe('of several with one id', () => {
  it('the first counts, and the next when that is gone', () => {
    const read = entries()
    const [first, second] = [
      { id: 'a', url: url('1') },
      { id: 'a', url: url('2') },
    ]
    expect(told(read.answered([first, second]))).toEqual([['a'], []])
    expect(read.reasons).toEqual(['"a": the id is that of another endpoint; give one of them another id'])
    const { found } = read.answered([second])
    expect(found).toMatchObject([{ id: 'a', url: url('2') }])
    expect(read.rejected).toBe(0)
  })

  it('one that is listed in the options counts', () => {
    const read = entries(['a'])
    expect(
      told(
        read.answered([
          { id: 'a', url: url('1') },
          { id: 'b', url: url('2') },
        ]),
      ),
    ).toEqual([['b'], []])
    expect(read.rejected).toBe(1)
  })

  it('the same entry twice is one', () => {
    const read = entries()
    const one = { url: url('a') }
    expect(told(read.answered([one, one, one]))).toEqual([[url('a')], []])
    expect(read.rejected).toBe(2)
    expect(told(read.answered([one]))).toEqual([[], []])
    expect(read.rejected).toBe(0)
  })
})

it('agrees with reading every answer anew, whatever its order, repetitions and mistakes', () => {
  const entry = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), url: fc.constantFrom(url('1'), url('2')), weight: fc.constantFrom(1, 2, -1) })
  const answers = fc.array(fc.array(fc.oneof(entry, fc.constantFrom(null, 7, {})), { maxLength: 8 }), { maxLength: 20 })
  fc.assert(
    fc.property(answers, (sequence) => {
      const read = entries()
      const there = new Map<string, string>()
      for (const answer of sequence) {
        const { found, vanished } = read.answered(answer)
        for (const id of vanished) expect(there.delete(id)).toBe(true)
        for (const one of found) {
          const said = `${one.url} ${one.weight}`
          expect(there.get(one.id)).not.toBe(said)
          there.set(one.id, said)
        }
        const right = answer.filter(
          (one): one is { id: string; url: string; weight: number } => typeof one === 'object' && one !== null && 'weight' in one && one.weight > 0,
        )
        expect(new Set(there.keys())).toEqual(new Set(right.map(({ id }) => id)))
        for (const [id, said] of there) expect(right.map((one) => `${one.id}=${one.url} ${one.weight}`)).toContain(`${id}=${said}`)
        expect([read.size, read.rejected]).toEqual([there.size, answer.length - there.size])
      }
    }),
  )
})

describe('sameEntry', () => {
  it('agrees with JSON on plain values', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(value, (one) => {
        expect(sameEntry(one, structuredClone(one))).toBe(true)
      }),
    )
    fc.assert(
      fc.property(value, value, (a, b) => {
        if (sameEntry(a, b)) expect(a).toEqual(b)
      }),
    )
  })

  it('tells entries apart by any of their members, also one that is there without a value', () => {
    const word = fc.option(fc.constantFrom('a', 'b'), { nil: undefined })
    const entry = fc.record(
      {
        id: word,
        url: word,
        weight: fc.constantFrom(1, 2, undefined),
        zone: word,
        tags: fc.option(fc.array(word, { maxLength: 2 }), { nil: undefined }),
        command: word,
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        expect(sameEntry(a, structuredClone(a))).toBe(true)
        expect(sameEntry(a, b)).toBe(isDeepStrictEqual(a, b))
      }),
    )
  })

  it('takes what it cannot look into for another: what is deep, cyclic, more than its members, or throws', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    const other: unknown[] = []
    other.push(other)
    const thrower = (): object =>
      Object.defineProperty({}, 'a', {
        enumerable: true,
        get: () => {
          throw new Error('no')
        },
      })
    expect(sameEntry(cyclic, other)).toBe(false)
    expect(sameEntry({ ca: Buffer.from('a') }, { ca: Buffer.from('a') })).toBe(false)
    expect(sameEntry(thrower(), thrower())).toBe(false)
    expect(sameEntry(thrower, thrower)).toBe(true)
  })
})
