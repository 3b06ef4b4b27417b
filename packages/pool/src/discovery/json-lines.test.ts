import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonLines } from './json-lines.js'

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const size of sizes) {
    yield bytes.subarray(from, from + size)
    from += size
  }
  yield bytes.subarray(from)
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const line of lines) found.push(line)
  return found
}

it('gives the lines that were sent, however the bytes are cut', async () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => JSON.stringify(text))
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.integer({ min: 0, max: 7 })), fc.boolean(), async (lines, sizes, ended) => {
      const bytes = Buffer.from(lines.join('\n') + (ended ? '\n' : ''))
      expect(await all(jsonLines(chunked(bytes, sizes), 1_000_000))).toEqual(lines)
    }),
  )
})

it('passes over empty lines and carriage returns', async () => {
  expect(await all(jsonLines(chunked(Buffer.from('\r\n1\r\n\n2'), [3]), 10))).toEqual(['1', '2'])
})

it('refuses a line that does not end', async () => {
  const endless = chunked(
    Buffer.alloc(100, 'x'),
    Array.from({ length: 100 }, () => 1),
  )
  await expect(all(jsonLines(endless, 50))).rejects.toMatchObject({ code: 'PROTOCOL' })
})
