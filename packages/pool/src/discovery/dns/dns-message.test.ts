import { decode, encode, type Packet } from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryFor, replyTo } from './dns-message.js'

const query = queryFor({ name: 'mcp.example.com', type: 'A' })

function reply(changes: Packet = {}): Buffer {
  return encode({
    type: 'response',
    id: query.id,
    questions: [{ type: 'A', name: 'mcp.example.com' }],
    answers: [{ type: 'A', name: 'mcp.example.com', ttl: 30, data: '10.0.0.1' }],
    ...changes,
  })
}

describe('a query', () => {
  it('asks for recursion, and says how large a datagram it takes', () => {
    expect(decode(query.bytes)).toMatchObject({
      flag_rd: true,
      questions: [{ name: 'mcp.example.com', type: 'A', class: 'IN' }],
      additionals: [{ type: 'OPT', udpPayloadSize: 1_232 }],
    })
  })

  it('has an id that the last one does not tell', () => {
    expect(new Set(Array.from({ length: 100 }, () => queryFor(query).id)).size).toBeGreaterThan(90)
  })
})

describe('a reply', () => {
  it('is read, whatever the case of its name', () => {
    const read = replyTo(query, reply({ questions: [{ type: 'A', name: 'MCP.Example.COM.' }] }))
    expect(read).toMatchObject({ rcode: 0, truncated: false, answers: [{ data: '10.0.0.1' }] })
  })

  it('says what went wrong, also without repeating the question', () => {
    expect(replyTo(query, reply({ flags: 2, questions: [], answers: [] }))?.rcode).toBe(2)
  })

  it.each<[string, Buffer]>([
    ['carries another id', reply({ id: query.id ^ 1 })],
    ['answers another question', reply({ questions: [{ type: 'A', name: 'evil.example.com' }] })],
    ['answers for another type', reply({ questions: [{ type: 'AAAA', name: 'mcp.example.com' }] })],
    ['answers no question', reply({ questions: [] })],
    ['is a query', query.bytes],
    ['is cut off', reply().subarray(0, 40)],
  ])('that %s is none', (_what, bytes) => {
    expect(replyTo(query, bytes)).toBeUndefined()
  })

  it('never throws for any bytes, nor for any damage to a good one', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void expect(() => replyTo(query, Buffer.from(bytes))).not.toThrow()))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 })), { maxLength: 5 }), (damage) => {
        const bytes = reply()
        for (const [at, value] of damage) bytes[at % bytes.length] = value
        expect(() => replyTo(query, bytes)).not.toThrow()
      }),
    )
  })
})
