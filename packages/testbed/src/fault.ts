/** One way in which a server goes wrong. `execute: true`: it runs the request first, and goes wrong with the answer. */
export type Fault =
  /** The socket is reset (RST): before anything ran, or with the answer ready. */
  | { readonly kind: 'reset'; readonly execute?: boolean }
  /** An HTTP status with a text body. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string; readonly body?: string; readonly execute?: boolean }
  /** A JSON-RPC error with the request's own id. `status` is of HTTP. @default status 200 */
  | { readonly kind: 'error'; readonly code: number; readonly message?: string; readonly data?: unknown; readonly status?: number }
  /** 200 and a body that is no JSON-RPC. @default body that is no JSON, content type application/json */
  | { readonly kind: 'garbage'; readonly body?: string; readonly contentType?: string }
  /** A good result that carries another request's id. @default id 'somebody-else' */
  | { readonly kind: 'foreign-id'; readonly id?: string | number }
  /** The answer breaks off: after so many whole SSE events half of the next one goes out; of a JSON body the first half. @default events 0 */
  | { readonly kind: 'cut'; readonly events?: number }
  /** No byte ever comes back, and the socket stays open. */
  | { readonly kind: 'silence'; readonly execute?: boolean }
  /** A body that never ends, written as fast as it is read: one JSON text, one SSE line, or SSE progress without end. @default as 'json' */
  | { readonly kind: 'endless'; readonly as?: 'json' | 'sse-line' | 'sse-events' }
  /** The header comes byte by byte and is never complete. Milliseconds between two bytes. @default interval 20 */
  | { readonly kind: 'slow-header'; readonly interval?: number }
  /** @default status 307 */
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** 401 with WWW-Authenticate. @default challenge 'Bearer error="invalid_token"' */
  | { readonly kind: 'unauthorized'; readonly challenge?: string }
  /** Waits for the test, and then answers well. Only within a process: a promise cannot be sent to a child. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown>; readonly execute?: boolean }

/** Faults that need no parameter, by name; `-after` runs the request first. */
export type FaultName =
  | 'reset-before'
  | 'reset-after'
  | '500'
  | '500-after'
  | '503'
  | '503-bare'
  | '429'
  | '404'
  | '403'
  | '401'
  | 'garbage'
  | 'wrong-type'
  | 'foreign-id'
  | 'cut'
  | 'silence'
  | 'silence-after'
  | 'endless'
  | 'slow-header'

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  'reset-before': { kind: 'reset' },
  'reset-after': { kind: 'reset', execute: true },
  '500': { kind: 'status', status: 500 },
  '500-after': { kind: 'status', status: 500, execute: true },
  '503': { kind: 'status', status: 503, retryAfter: '1' },
  '503-bare': { kind: 'status', status: 503 },
  '429': { kind: 'status', status: 429, retryAfter: '1' },
  '404': { kind: 'status', status: 404 },
  '403': { kind: 'status', status: 403 },
  '401': { kind: 'unauthorized' },
  garbage: { kind: 'garbage' },
  'wrong-type': { kind: 'garbage', body: '<html>It works!</html>', contentType: 'text/html' },
  'foreign-id': { kind: 'foreign-id' },
  cut: { kind: 'cut' },
  silence: { kind: 'silence' },
  'silence-after': { kind: 'silence', execute: true },
  endless: { kind: 'endless' },
  'slow-header': { kind: 'slow-header' },
}
