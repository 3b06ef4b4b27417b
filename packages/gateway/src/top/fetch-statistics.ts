import { PoolError } from 'mcp-client-pool'
import { type Dispatcher, request } from 'undici'

/** Statistics of ten thousand clients have about six megabytes. */
const LARGEST = 32 * 1024 * 1024

export interface StatisticsSource {
  readonly url: URL
  /** What people are shown: a query may hold a secret. */
  readonly label: string
  readonly headers: Readonly<Record<string, string>>
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number
}

/**
 * One look at the statistics, as JSON that nobody has read yet. Not by `fetch`, which refuses ports that browsers have reasons to refuse: 6667.
 *
 * @throws PoolError `CONNECT_FAILED`, `REQUEST_TIMEOUT`, `AUTH_FAILED`, `HTTP_STATUS`; `PROTOCOL` for what is no JSON, or too large
 */
export async function fetchStatistics({ url, label, headers, timeout }: StatisticsSource, signal: AbortSignal): Promise<unknown> {
  const late = AbortSignal.timeout(timeout)
  try {
    const { statusCode: status, body } = await request(url, { headers: { accept: 'application/json', ...headers }, signal: AbortSignal.any([signal, late]) })
    const isGood = status >= 200 && status < 300
    if (!isGood) await body.dump()
    if (status === 401 || status === 403)
      throw new PoolError('AUTH_FAILED', `${label} lets nobody in without authorization (HTTP ${status}): give it with --header`, { status })
    if (!isGood) throw new PoolError('HTTP_STATUS', `${label} answered HTTP ${status}`, { status })
    return parsed(await bounded(body, label), label)
  } catch (error) {
    if (error instanceof PoolError) throw error
    if (late.aborted) throw new PoolError('REQUEST_TIMEOUT', `${label} did not answer within ${timeout} ms`, { cause: error })
    throw new PoolError('CONNECT_FAILED', `${label} cannot be reached: ${reasonOf(error)}`, { cause: error })
  }
}

async function bounded(body: Dispatcher.ResponseData['body'], label: string): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > LARGEST) throw new PoolError('PROTOCOL', `${label} answered more than ${LARGEST / 1024 / 1024} MB: it is no statistics of a pool`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string, label: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PoolError('PROTOCOL', `${label} answered no JSON: give the URL of a pool's statistics`, { cause })
  }
}

/** The innermost cause says the most. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reasonOf(error.cause)
  // For several addresses of one host there are several errors, and no message.
  return error.message || ('code' in error ? String(error.code) : error.name)
}
