import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningServer } from './http-host.js'
import type { Ledger } from './ledger.js'

/** Opens a ledger to servers that somebody else has started and that have no other way to report: those on stdio. */
export async function startLedgerServer(ledger: Ledger): Promise<RunningServer> {
  const server = createServer((req, res) => {
    const { searchParams } = new URL(req.url ?? '/', 'http://localhost')
    void Promise.resolve(ledger.record(searchParams.get('tool') ?? '', searchParams.get('key') ?? '')).then(() => res.writeHead(204).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The other end of it. */
export function remoteLedger(url: string): Ledger {
  return {
    record: (tool, key) =>
      new Promise((resolve, reject) => {
        const report = new URL(url)
        report.searchParams.set('tool', tool)
        report.searchParams.set('key', key)
        request(report, { method: 'POST', agent: false }, (res) => {
          res.resume()
          res.once('end', resolve)
        })
          .once('error', reject)
          .end()
      }),
  }
}
