import type { ResolvedStdioEndpoint } from '../../config/index.js'
import { LastWords } from './last-words.js'
import type { MessageTransport, NewTransport } from './message-transport.js'
import { Outbox } from './outbox.js'
import { reapAtExit } from './reaper.js'

/**
 * A child process that speaks MCP on its stdin and stdout, through the SDK's own transport, which ends stdin, then terminates,
 * then kills.
 */
export async function newStdioTransport(endpoint: ResolvedStdioEndpoint, maxMessageSize: number): Promise<NewTransport> {
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
  const { command, env, cwd } = endpoint
  const transport = new StdioClientTransport({
    command,
    args: [...endpoint.args],
    env: { ...env },
    stderr: 'pipe',
    maxBufferSize: maxMessageSize,
    ...(cwd === undefined ? {} : { cwd }),
  })
  const words = new LastWords(endpoint)
  transport.stderr?.on('data', (chunk: Buffer) => words.add(chunk.toString('utf8')))
  let tooLarge = false
  return {
    transport: reaped(transport),
    lastWords: () => words.toString(),
    // The SDK closes the child after that, since nobody knows any more where a message begins.
    fatal: (error) => {
      tooLarge ||= error.message.startsWith('ReadBuffer exceeded')
      return tooLarge ? 'PROTOCOL' : undefined
    },
    sendFailure: () => undefined,
  }
}

/** Watches over the child from its start to its end. */
function reaped(transport: MessageTransport & { readonly pid: number | null }): MessageTransport {
  const outbox = new Outbox((message) => transport.send(message))
  let letGo = (): void => {}
  return {
    async start() {
      transport.onmessage = (message) => this.onmessage?.(message)
      transport.onerror = (error) => this.onerror?.(withoutArguments(error))
      transport.onclose = () => {
        letGo()
        outbox.end(new Error('the child is gone'))
        this.onclose?.()
      }
      await transport.start().catch((error: Error) => Promise.reject(withoutArguments(error)))
      if (transport.pid !== null) letGo = reapAtExit(transport.pid)
    },
    send: (message) => outbox.send(message),
    async close() {
      outbox.end(new Error('the child was closed'))
      await transport.close()
      letGo()
    },
  }
}

/** An error of Node's about a child that does not start carries its arguments, and those may be secrets. */
function withoutArguments(error: NodeJS.ErrnoException): Error {
  return 'spawnargs' in error ? Object.assign(new Error(error.message), { code: error.code }) : error
}
