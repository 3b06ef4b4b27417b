import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UsageError } from '../usage-error.js'

export interface MetricsServer {
  /** Base URL: `/metrics` and `/statistics` are below it. */
  readonly url: string
  close(): Promise<void>
}

/** What the pool of the demo shows, on loopback. `port`: 0 for a free one. */
export async function serveMetrics(handler: RequestListener, port: number): Promise<MetricsServer> {
  const server = createServer(handler)
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new UsageError(`--port ${port} cannot be had: ${(error as Error).message}`)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close()
      // A dashboard that polls keeps its connection.
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
