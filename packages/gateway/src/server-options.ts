import type { EndpointOptions, PoolOptions } from 'mcp-client-pool'
import { splitCommandLine } from './split-command-line.js'
import { UsageError } from './usage-error.js'

interface RepeatedString {
  readonly type: 'string'
  readonly multiple: true
}

/** Options that say which servers are meant and how to be let in. Every command that connects takes them. */
export const SERVER_OPTIONS: Readonly<Record<'endpoint' | 'stdio' | 'header', RepeatedString>> & { readonly auth: { readonly type: 'string' } } = {
  endpoint: { type: 'string', multiple: true },
  stdio: { type: 'string', multiple: true },
  header: { type: 'string', multiple: true },
  auth: { type: 'string' },
}

export const SERVER_HELP = `Servers (at least one; several are replicas of one server):
  --endpoint URL         MCP server over HTTP; may be repeated
  --stdio 'COMMAND ARGS' MCP server to start as a child process; quotes as in a shell, no expansion
  --header 'Name: value' sent with every HTTP request; may be repeated
  --auth URL             authorization server (tokens from URL/oauth/token); the credentials
                         are read from MCP_CLIENT_ID and MCP_CLIENT_SECRET`

export interface ServerValues {
  readonly endpoint?: readonly string[] | undefined
  readonly stdio?: readonly string[] | undefined
  readonly header?: readonly string[] | undefined
  readonly auth?: string | undefined
}

type ServerPoolOptions = Pick<PoolOptions, 'endpoints' | 'clientId' | 'clientSecret'>

export function serverPoolOptions(values: ServerValues, env: Readonly<Record<string, string | undefined>>): ServerPoolOptions {
  const { endpoint = [], stdio = [], header = [], auth } = values
  if (endpoint.length + stdio.length === 0) throw new UsageError("Give a server: --endpoint URL or --stdio 'command args'")
  if (endpoint.length === 0 && header.length > 0) throw new UsageError('--header needs an --endpoint: a server over stdio takes no headers')
  if (endpoint.length === 0 && auth !== undefined) throw new UsageError('--auth needs an --endpoint: a server over stdio takes no tokens')
  const headers = Object.fromEntries(header.map(parseHeader))
  const endpoints: EndpointOptions[] = endpoint.map((url) => ({
    url: httpUrl('--endpoint', url),
    headers,
    ...(auth !== undefined && { auth: httpUrl('--auth', auth) }),
  }))
  for (const line of stdio) {
    const [command, ...args] = splitCommandLine('--stdio', line)
    if (command === undefined) throw new UsageError('--stdio must name a command, got an empty one')
    endpoints.push({ command, args })
  }
  return { endpoints, ...(auth !== undefined && credentials(env)) }
}

function credentials(env: Readonly<Record<string, string | undefined>>): { clientId: string; clientSecret: string } {
  const { MCP_CLIENT_ID: clientId = '', MCP_CLIENT_SECRET: clientSecret = '' } = env
  const missing = [clientId === '' && 'MCP_CLIENT_ID', clientSecret === '' && 'MCP_CLIENT_SECRET'].filter((name) => name !== false)
  if (missing.length > 0) throw new UsageError(`--auth needs the environment variables MCP_CLIENT_ID and MCP_CLIENT_SECRET; missing: ${missing.join(', ')}`)
  return { clientId, clientSecret }
}

export function httpUrl(option: string, text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : undefined
  if (protocol !== 'http:' && protocol !== 'https:') throw new UsageError(`${option} must be an http: or https: URL, got '${text}'`)
  return text
}

export function parseHeader(text: string): readonly [string, string] {
  // RFC 9110, 5.1 and 5.5. The value is not shown: it is likely to be a secret.
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new UsageError("--header must be 'Name: value' in one line")
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new UsageError(`--header ${name} must be a valid header value: it has control characters or some beyond Latin-1`)
  return [name, value.trim()]
}
