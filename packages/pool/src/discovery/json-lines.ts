import { PoolError } from '../errors.js'

const NEWLINE = 0x0a

/** The lines of a stream of bytes, however they are cut into chunks. A last line without an end counts; empty ones do not. */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<string> {
  /** What came of the line that has not ended. Joined once, at its end: joined with each chunk, a long line would cost its square. */
  let pending: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      pending.push(chunk.subarray(from, end))
      const line = text(pending)
      pending = []
      size = 0
      from = end + 1
      if (line !== '') yield line
    }
    pending.push(chunk.subarray(from))
    size += chunk.byteLength - from
    if (size > longest) throw new PoolError('PROTOCOL', `a line of the answer is longer than ${longest} bytes`, { progress: 'answered' })
  }
  const last = text(pending)
  if (last !== '') yield last
}

function text(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString().trim()
}
