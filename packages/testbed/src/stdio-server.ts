import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { CatalogueOptions } from './catalogue.js'
import { Catalogue } from './catalogue.js'
import { remoteLedger } from './ledger-server.js'
import { legacyServer } from './legacy-binding.js'
import { announceChanges, modernServer } from './modern-binding.js'

export interface StdioServerOptions extends Omit<CatalogueOptions, 'ledger'> {
  /** 2 speaks both eras, 1 only the legacy one. @default 2 */
  readonly sdk?: 1 | 2
  /** With SDK 2: refuse the legacy era. @default false */
  readonly modernOnly?: boolean
  /** Where executions are counted: the URL of `startLedgerServer`. @default in the process itself, where nobody sees it */
  readonly ledgerUrl?: string
  /** Lines to print to stdout before the first message, as programs do that log to the wrong stream. */
  readonly noise?: readonly string[]
}

/** Serves MCP on this process's stdin and stdout, until stdin ends. */
export async function runStdioServer(options: StdioServerOptions = {}): Promise<void> {
  const { sdk = 2, modernOnly = false, ledgerUrl, noise = [] } = options
  const catalogue = new Catalogue({ ...options, ...(ledgerUrl !== undefined && { ledger: remoteLedger(ledgerUrl) }) })
  process.stdin.once('end', () => process.exit(0))
  for (const line of noise) process.stdout.write(`${line}\n`)
  if (sdk === 1) {
    await legacyServer(catalogue).connect(new StdioServerTransport())
    return
  }
  serveStdio(
    ({ era }) => {
      const mcp = modernServer(catalogue, era)
      mcp.server.onclose = announceChanges(catalogue, mcp, era)
      return mcp
    },
    { legacy: modernOnly ? 'reject' : 'serve' },
  )
}
