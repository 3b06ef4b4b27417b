import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { PoolError } from '../../errors.js'
import { type Query, type Reply, replyTo } from './dns-message.js'

export interface NameServer {
  readonly host: string
  readonly port: number
}

type Exchange = (server: NameServer, query: Query, signal: AbortSignal) => Promise<Reply>

/**
 * One datagram there and one back. The socket is connected, so that the system drops what comes from elsewhere; its port is chosen by
 * chance, as is the id. What is no reply to the query is passed over: the real one may still come.
 */
export const overUdp: Exchange = ({ host, port }, query, signal) =>
  exchange(signal, (settle) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    socket.on('error', settle)
    socket.on('message', (bytes) => {
      const reply = replyTo(query, bytes)
      if (reply !== undefined) settle(reply)
    })
    socket.on('connect', () => socket.send(query.bytes))
    socket.connect(port, host)
    return () => socket.close()
  })

/** The same over TCP, for what does not fit into a datagram: two bytes of length before each message. */
export const overTcp: Exchange = ({ host, port }, query, signal) =>
  exchange(signal, (settle) => {
    const socket = connect({ host, port })
    let received = Buffer.alloc(0)
    socket.on('error', settle)
    socket.on('end', () => settle(new PoolError('CONNECTION_LOST', `DNS server ${host} ended the connection before its answer`, { progress: 'sent' })))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE()) return
      const reply = replyTo(query, received.subarray(2, 2 + received.readUInt16BE()))
      settle(reply ?? new PoolError('PROTOCOL', `DNS server ${host} answers over TCP with what is no reply`, { progress: 'answered' }))
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.bytes.length)
    socket.write(Buffer.concat([length, query.bytes]))
    return () => socket.destroy()
  })

/** Settles once, and closes the socket then; `begin` settles nothing before it returns. */
function exchange(signal: AbortSignal, begin: (settle: (result: Reply | Error) => void) => () => void): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let open = true
    const settle = (result: Reply | Error): void => {
      if (!open) return
      open = false
      signal.removeEventListener('abort', onAbort)
      close()
      if (result instanceof Error) reject(result)
      else resolve(result)
    }
    const onAbort = (): void => settle(signal.reason as Error)
    signal.addEventListener('abort', onAbort)
    const close = begin(settle)
  })
}
