import type { ToChild, ToParent } from './child-messages.js'
import { decodeConfig } from './child-messages.js'
import type { Ledger } from './ledger.js'
import { MemoryLedger } from './ledger.js'
import type { Orders } from './run-server.js'
import { obey, startServer } from './run-server.js'

/*
 * A server in a process of its own: `node main.js '{"kind":"modern","options":{"port":8001}}'`.
 *
 * Started by hand it serves until it is killed. Started as a child it takes orders, reports executions and waits for the
 * receipt of each, and goes when its parent is gone.
 */

const config = decodeConfig(process.argv[2])
if (config.kind === 'stdio') {
  const { runStdioServer } = await import('./stdio-server.js')
  await runStdioServer(config.options)
} else {
  const parent = process.send === undefined ? undefined : connect()
  try {
    const server = await startServer(config, parent?.ledger ?? new MemoryLedger())
    parent?.onOrder((verb, args) => obey(server, verb, args as Orders[typeof verb]))
    parent?.send({ type: 'ready', url: server.url, port: server.port })
    if (parent === undefined) console.log(server.url)
  } catch (error) {
    if (parent === undefined) throw error
    parent.send({ type: 'failed', reason: String(error) })
    process.disconnect()
  }
}

interface Parent {
  readonly ledger: Ledger
  send(message: ToParent): void
  onOrder(obeys: (verb: keyof Orders, args: readonly unknown[]) => Promise<unknown>): void
}

function connect(): Parent {
  const receipts = new Map<number, () => void>()
  let reported = 0
  let carryOut: ((verb: keyof Orders, args: readonly unknown[]) => Promise<unknown>) | undefined
  const send = (message: ToParent): void => void process.send?.(message)
  process.once('disconnect', () => process.exit(0))
  process.on('message', (message: ToChild) => {
    if (message.type === 'recorded') {
      receipts.get(message.seq)?.()
      receipts.delete(message.seq)
      return
    }
    const { seq, verb, args } = message
    void carryOut?.(verb as keyof Orders, args).then(
      (value) => send({ type: 'done', seq, value }),
      (error: unknown) => send({ type: 'done', seq, error: String(error) }),
    )
  })
  return {
    send,
    onOrder: (obeys) => {
      carryOut = obeys
    },
    ledger: {
      record: (tool, key) =>
        new Promise((resolve) => {
          const seq = ++reported
          receipts.set(seq, resolve)
          send({ type: 'record', seq, tool, key })
        }),
    },
  }
}
