import { type Dispatcher, fetch } from 'undici'
/** Part of the message with which a stream fails that exceeds its limit. */
export const TOO_LARGE = 'maxMessageSize'

export interface SseFetchOptions {
  readonly dispatcher: Dispatcher | undefined
  readonly maxMessageSize: number
}

const MAX_REDIRECTS = 3
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * `fetch` for HTTP+SSE: redirects are followed within an origin only, for a redirect elsewhere would take the token with it, and
 * an event of the stream has a limit.
 */
export function sseFetch(options: SseFetchOptions): typeof globalThis.fetch {
  const { dispatcher, maxMessageSize } = options
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input)
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, { ...(init as object), redirect: 'manual', ...(dispatcher === undefined ? {} : { dispatcher }) })
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
      if (location === null) return limited(response as unknown as Response, maxMessageSize)
      const next = new URL(location, url)
      if (next.origin !== url.origin) throw new Error(`redirect to another origin (${next.origin}) is not followed`)
      if (redirects >= MAX_REDIRECTS) throw new Error(`more than ${MAX_REDIRECTS} redirects`)
      await response.body?.cancel()
      url = next
    }
  }
}

/** A response whose stream fails at an event that is longer than `limit`. */
function limited(response: Response, limit: number): Response {
  if (response.body === null || !(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) return response
  let size = 0
  let lineLength = 0
  const measured = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        for (const byte of chunk) {
          if (byte === LINE_FEED) {
            // An empty line ends an event.
            if (lineLength === 0) size = 0
            lineLength = 0
          } else if (byte !== CARRIAGE_RETURN) lineLength++
          if (++size > limit) return controller.error(new Error(`an event is larger than ${TOO_LARGE} (${limit} bytes)`))
        }
        controller.enqueue(chunk)
      },
    }),
  )
  return new Response(measured, { status: response.status, statusText: response.statusText, headers: response.headers })
}
