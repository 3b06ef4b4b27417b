import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { TlsOptions } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import type { TokenSource } from '../../ports.js'
import type { MessageTransport, NewTransport } from './message-transport.js'
import { sseFetch, TOO_LARGE } from './sse-fetch.js'

export interface SseTransportOptions {
  readonly url: string
  readonly label: string
  readonly headers: Readonly<Record<string, string>>
  readonly tokens: TokenSource | undefined
  /** The user's own: stays open. */
  readonly dispatcher: Dispatcher | undefined
  readonly maxMessageSize: number
  readonly maxHeaderSize?: number | undefined
  readonly tls?: TlsOptions | undefined
  /** URL of an HTTP proxy. */
  readonly proxy?: string | undefined
}

/** HTTP+SSE of `2024-11-05` through the SDK's own transport: answers come on one event stream, messages go out by POST. */
export async function newSseTransport(options: SseTransportOptions): Promise<NewTransport> {
  const { SSEClientTransport, SseError } = await import('@modelcontextprotocol/client')
  const { url, label, headers, tokens, maxMessageSize } = options
  const dispatcher = options.dispatcher ?? ownDispatcher(options)
  let sent: string | undefined
  const transport = new SSEClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    fetch: sseFetch({ dispatcher, maxMessageSize }),
    ...(tokens === undefined
      ? {}
      : {
          authProvider: {
            token: async () => (sent = tokens.current() ?? (await tokens.token())),
            onUnauthorized: async ({ response }) => {
              await tokens.renew(sent, response.headers.get('www-authenticate') ?? undefined)
            },
          },
        }),
  })
  return {
    transport: options.dispatcher === undefined ? closingToo(transport, dispatcher) : transport,
    lastWords: () => '',
    // The stream's parser would connect again by itself, to a session that nobody has initialized.
    fatal: (error) => (error instanceof SseError ? (error.message.includes(TOO_LARGE) ? 'PROTOCOL' : 'CONNECTION_LOST') : undefined),
    sendFailure: (error) => postFailure(error, label),
  }
}

/** Streams are silent for hours, and deadlines are the attempts': no timeouts of undici's. */
function ownDispatcher({ tls, proxy, maxHeaderSize }: SseTransportOptions): Dispatcher {
  const connect = Object.fromEntries(Object.entries(tls ?? {}).filter(([, value]) => value !== undefined))
  const common = { headersTimeout: 0, bodyTimeout: 0, ...(maxHeaderSize === undefined ? {} : { maxHeaderSize }) }
  return proxy === undefined ? new Agent({ ...common, connect }) : new ProxyAgent({ ...common, uri: proxy, requestTls: connect })
}

/** Its sockets end with the transport. */
function closingToo(transport: MessageTransport, dispatcher: Dispatcher): MessageTransport {
  const close = transport.close.bind(transport)
  transport.close = async () => {
    await close()
    await dispatcher.destroy()
  }
  return transport
}

/** How far a POST got. The SDK puts the status into the message of an error, and a socket's error into its cause. */
function postFailure(error: unknown, label: string): PoolError | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof PoolError) return error
  const details = { endpoint: label, cause: error }
  const status = statusOf(error)
  if (status === 401 || error.name === 'UnauthorizedError')
    return new PoolError('AUTH_FAILED', `${label} takes no token of ours`, { ...details, progress: 'refused', ...(status === undefined ? {} : { status }) })
  // The session that the stream belongs to is not known any more.
  if (status === 404) return new PoolError('SESSION_LOST', `${label} does not know the session any more`, { ...details, progress: 'refused', status })
  if (status !== undefined)
    return new PoolError('HTTP_STATUS', `${label} answered HTTP ${status}`, {
      ...details,
      progress: status === 429 || status < 500 ? 'refused' : 'sent',
      status,
    })
  const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : ''
  return NOT_SENT.has(code)
    ? undefined
    : new PoolError('CONNECTION_LOST', `the connection to ${label} broke: ${error.message}`, { ...details, progress: 'sent' })
}

const NOT_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

function statusOf(error: Error): number | undefined {
  if ('data' in error && typeof error.data === 'object' && error.data !== null && 'status' in error.data) return Number(error.data.status)
  if ('code' in error && typeof error.code === 'number') return error.code
  const status = /\(HTTP (\d{3})\)/.exec(error.message)?.[1]
  return status === undefined ? undefined : Number(status)
}
