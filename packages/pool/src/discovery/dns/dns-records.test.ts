import type { Answer } from 'dns-packet'
import { describe, expect, it } from 'vitest'
import type { Reply } from './dns-message.js'
import { addresses, services, timeToLive } from './dns-records.js'

const reply = (changes: Partial<Reply>): Reply => ({ rcode: 0, truncated: false, answers: [], authorities: [], additionals: [], ...changes })
const srv = (target: string, priority: number, weight: number, ttl = 30): Answer => ({
  type: 'SRV',
  name: '_mcp._tcp.test',
  ttl,
  data: { target, port: 80, priority, weight },
})
const a = (name: string, data: string, ttl = 30): Answer => ({ type: 'A', name, ttl, data })

describe('services', () => {
  it('come in the order of their priority, with the weight that they have', () => {
    expect(services(reply({ answers: [srv('b.test.', 20, 5), srv('A.test', 10, 3), a('x', '10.0.0.1')] }))).toEqual([
      { target: 'a.test', port: 80, priority: 10, weight: 3 },
      { target: 'b.test', port: 80, priority: 20, weight: 5 },
    ])
  })

  it.each<[string, readonly number[], readonly number[]]>([
    ['all have weight 0: they are equal', [0, 0, 0], [1 / 3, 1 / 3, 1 / 3]],
    ['some have weight 0: those share what weight 1 would get', [10, 0, 0], [10, 0.5, 0.5]],
    ['one has weight 0', [100, 0], [100, 1]],
  ])('of which %s', (_what, weights, expected) => {
    const answers = weights.map((weight, n) => srv(`${n}.test`, 1, weight))
    expect(services(reply({ answers })).map(({ weight }) => weight)).toEqual(expected)
  })

  it('are none where the target says so', () => {
    expect(services(reply({ answers: [srv('.', 0, 0)] }))).toEqual([])
  })
})

it('addresses are those of a name, or of the chain of names that leads to them', () => {
  const records: Answer[] = [{ type: 'CNAME', name: 'mcp.test', data: 'b.test' }, a('b.test', '10.0.0.2'), a('c.test', '10.0.0.3')]
  expect(addresses(records, 'A')).toEqual(['10.0.0.2', '10.0.0.3'])
  expect(addresses(records, 'A', 'c.test')).toEqual(['10.0.0.3'])
  expect(addresses(records, 'AAAA')).toEqual([])
})

describe('time to live', () => {
  const soa = (ttl: number, minimum: number): Answer => ({ type: 'SOA', name: 'test', ttl, data: { mname: 'ns', rname: 'root', minimum } })

  it.each<[string, Partial<Reply>, number | undefined]>([
    ['of the shortest-lived answer', { answers: [a('x', '10.0.0.1', 60), a('x', '10.0.0.2', 20)] }, 20_000],
    ['of an address that came along', { answers: [srv('x', 0, 0, 60)], additionals: [a('x', '10.0.0.1', 5)] }, 5_000],
    ['of a negative answer is what its SOA says', { authorities: [soa(3_600, 15)] }, 15_000],
    ['of a negative answer is no longer than the SOA lives', { authorities: [soa(10, 900)] }, 10_000],
    ['is not known of nothing', {}, undefined],
    ['with more than 31 bits is 0', { answers: [a('x', '10.0.0.1', 2 ** 31)] }, 0],
  ])('%s', (_what, changes, expected) => {
    expect(timeToLive(reply(changes))).toBe(expected)
  })
})
