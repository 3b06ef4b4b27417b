import type { Fetch } from './types.js'

/** An answer of an authorization server is a page of JSON at most. */
const MAX_BODY = 256 * 1024

/**
 * `fetch` that has read the whole body, and no more than a bound: whatever the parser does with the answer, no socket stays
 * half read, and a server that goes on for ever is refused.
 */
export function boundedFetch(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init)
    const chunks: Uint8Array[] = []
    let size = 0
    // Leaving the loop cancels the stream, and with it the request.
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > MAX_BODY) throw new Error(`the answer is larger than ${MAX_BODY} bytes`)
      chunks.push(chunk)
    }
    return new Response(chunks.length === 0 ? null : Buffer.concat(chunks), response)
  }
}
