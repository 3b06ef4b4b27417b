import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SseParser, type SseSink } from './sse-parser.js'

class Recorder implements SseSink {
  readonly events: Array<{ data: string; type: string; id: string | undefined }> = []
  readonly retries: number[] = []
  oversized = 0
  onEvent(data: string, type: string, id: string | undefined): void {
    this.events.push({ data, type, id })
  }
  onRetry(delay: number): void {
    this.retries.push(delay)
  }
  onOversized(): void {
    this.oversized++
  }
}

function parse(chunks: readonly Buffer[], limit = 1_000_000): Recorder {
  const recorder = new Recorder()
  const parser = new SseParser(recorder, limit)
  for (const chunk of chunks) parser.push(chunk)
  return recorder
}

const parseText = (text: string, limit?: number): Recorder => parse([Buffer.from(text)], limit)

/** The same by the letter of the standard, on the whole text at once. */
function oracle(text: string): Recorder {
  const recorder = new Recorder()
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .slice(0, -1)
  let [data, type, hasId] = [undefined as string | undefined, '', false]
  let id: string | undefined
  for (const line of lines) {
    if (line === '') {
      if (data !== undefined || hasId) recorder.onEvent(data ?? '', type, id)
      ;[data, type, hasId] = [undefined, '', false]
      continue
    }
    const [, name, value] = /^([^:]*)(?:: ?)?([^]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined || name === '') continue
    if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
    else if (name === 'event') type = value
    else if (name === 'id' && /^([!-~]([\t -~]*[!-~])?)?$/.test(value)) [id, hasId] = [value, true]
    else if (name === 'retry' && /^[0-9]+$/.test(value)) recorder.onRetry(Number(value))
  }
  return recorder
}

const line = fc.oneof(
  fc.constantFrom(
    '',
    '',
    'data',
    'data:',
    'data: ',
    'data:{"a":1}',
    ': keep alive',
    ':',
    'id: 7',
    'id:',
    'id: a\0b',
    'id: 事件1',
    'id:  a b ',
    'retry: 250',
    'retry: 1x',
    'event: message',
  ),
  fc.constantFrom('event:x', 'datum: no', 'idx: no', ' data: no', 'data:  two spaces', 'data: größer 世界 😀', 'unknown', 'data: a:b:c'),
  fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, '')),
)
const stream = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 40 }))
  .map(([bom, lines]) => bom + lines.map(([text, end]) => text + end).join(''))
  // A stream is UTF-8: lone surrogates cannot be on it.
  .map((text) => Buffer.from(text).toString())

describe('SseParser', () => {
  it('gives the same events for any chunking of any stream as the standard does for the whole', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 12 }), { maxLength: 60 }), (text, sizes) => {
        const bytes = Buffer.from(text)
        const chunks: Buffer[] = []
        let at = 0
        for (const size of sizes) {
          chunks.push(bytes.subarray(at, at + size))
          at = Math.min(at + size, bytes.length)
        }
        chunks.push(bytes.subarray(at))
        const expected = oracle(text)
        for (const parsed of [parse(chunks), parse([bytes]), parse([...bytes].map((byte) => Buffer.of(byte)))]) {
          expect(parsed.events).toEqual(expected.events)
          expect(parsed.retries).toEqual(expected.retries)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('joins several lines of data and keeps the id of the stream', () => {
    expect(parseText('id: 1\ndata: a\ndata: b\n\ndata: c\n\n').events).toEqual([
      { data: 'a\nb', type: '', id: '1' },
      { data: 'c', type: '', id: '1' },
    ])
  })

  it.each([
    ['is not ASCII', '事件1'],
    ['has control characters', 'a\u0001b'],
    ['is longer than headers may be', 'x'.repeat(4_097)],
  ])('takes no notice of an id that no header carries: it %s', (_, id) => {
    expect(parseText(`id: 1\ndata: a\n\nid: ${id}\ndata: b\n\n`).events).toMatchObject([
      { data: 'a', id: '1' },
      { data: 'b', id: '1' },
    ])
  })

  it('tells of an event with nothing but an id, which primes a stream', () => {
    expect(parseText('id: prime\ndata:\n\nid: 2\n\n').events).toEqual([
      { data: '', type: '', id: 'prime' },
      { data: '', type: '', id: '2' },
    ])
  })

  it('never tells of an event that is not finished', () => {
    expect(parseText('data: x\n').events).toEqual([])
  })

  it.each([
    ['one line that never ends', ['data: ', 'x'.repeat(60), 'x'.repeat(60)]],
    ['many short lines', Array.from({ length: 30 }, () => 'data: x\n')],
  ])('gives up on %s, once, and keeps nothing', (_, chunks) => {
    const parsed = parse(
      [...chunks, '\n\n', 'data: later\n\n'].map((chunk) => Buffer.from(chunk)),
      100,
    )
    expect(parsed.oversized).toBe(1)
    expect(parsed.events).toEqual([])
  })

  it('counts each event for itself, and comments for none', () => {
    const many = parseText(`${'data: 0123456789\n\n'.repeat(50)}${': ping\n'.repeat(50)}data: last\n\n`, 40)
    expect(many.oversized).toBe(0)
    expect(many.events).toHaveLength(51)
  })

  it('says nothing more once it is stopped in the middle of a chunk', () => {
    const events: string[] = []
    const parser: SseParser = new SseParser({ onEvent: (data) => (events.push(data), parser.stop()), onRetry() {}, onOversized() {} }, 100)
    parser.push(Buffer.from('data: 1\n\ndata: 2\n\n'))
    parser.push(Buffer.from('data: 3\n\n'))
    expect(events).toEqual(['1'])
  })
})
