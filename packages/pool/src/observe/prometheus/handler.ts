import type { Registry } from 'prom-client'
import type { PoolStatistics } from '../statistics.js'

/** What the handler reads of a request: of `node:http`, Express, Fastify's `request.raw` and others. */
export interface ObservedRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
}

/** What it needs of a response. */
export interface ObservedResponse {
  writeHead(status: number, headers: Record<string, string>): unknown
  end(body?: string): unknown
}

export interface Served {
  readonly registry: Registry
  statistics(): PoolStatistics
}

/** Answers a request for what a pool shows. Never rejects. */
export async function serve({ method = 'GET', url = '/' }: ObservedRequest, response: ObservedResponse, served: Served): Promise<void> {
  const { status, type, text, more } = await answerTo(method, url.split('?', 1)[0]!, served)
  response.writeHead(status, { 'content-type': type, 'content-length': String(Buffer.byteLength(text)), 'cache-control': 'no-store', ...more })
  response.end(method === 'HEAD' ? undefined : text)
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly more?: Record<string, string>
}

const PLAIN = 'text/plain; charset=utf-8'

async function answerTo(method: string, path: string, { registry, statistics }: Served): Promise<Answer> {
  if (path !== '/metrics' && path !== '/statistics') return { status: 404, type: PLAIN, text: 'There are /metrics and /statistics here.\n' }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: PLAIN, text: 'GET or HEAD\n', more: { allow: 'GET, HEAD' } }
  try {
    if (path === '/statistics') return { status: 200, type: 'application/json', text: `${JSON.stringify(statistics())}\n` }
    return { status: 200, type: registry.contentType, text: await registry.metrics() }
  } catch {
    // A metric of somebody else in the same registry. What it says is not for whoever asks.
    return { status: 500, type: PLAIN, text: 'The metrics could not be collected.\n' }
  }
}
