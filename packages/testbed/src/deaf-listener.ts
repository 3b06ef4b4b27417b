import { createServer, type AddressInfo } from 'node:net'

/* The process behind `openDeafPort`: `node deaf-listener.js PORT`. Sends the port, 0 where it is taken, and is stopped then. */
const server = createServer()
server.once('error', () => process.send?.(0, () => process.exit(1)))
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 1 }, () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
