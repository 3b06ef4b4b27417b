import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Channel } from '../src/mcp/channel/channel.js'
import { newStdioTransport } from '../src/mcp/channel/stdio-transport.js'
import { stdioEndpoint } from './stdio-endpoint.js'

describe('a child', () => {
  it('that dies while its pipe is full fails all who wait for it, and nothing piles up on the pipe', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const { transport } = await newStdioTransport(stdioEndpoint(process.execPath, ['-e', "process.stdin.once('data', () => process.exit(1))"]), 1_000_000)
    transport.onerror = () => {}
    await transport.start()
    onTestFinished(() => transport.close())
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { text: 'x'.repeat(1_000_000) } } as const
    const sent = await Promise.allSettled(Array.from({ length: 16 }, () => transport.send(message)))
    expect(sent.at(-1)).toMatchObject({ status: 'rejected', reason: { message: 'the child is gone' } })
    expect(warnings).toEqual([])
  })

  it('that does not start does not show its arguments', async () => {
    const made = await newStdioTransport(stdioEndpoint('/no/such/server', ['--api-key', 's3cr3t-value']), 1_000_000)
    const channel = new Channel(made, 'a server', { onNotification() {}, onRequest() {}, onError() {}, onEnd() {} })
    const failure: unknown = await channel.start().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONNECT_FAILED', cause: { code: 'ENOENT', message: 'spawn /no/such/server ENOENT' } })
    expect(inspect(failure, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain('s3cr3t')
  })
})
