import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

/** A port that was free a moment ago, for programs that must be told one, and for addresses where nobody shall answer. */
export function reservePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
