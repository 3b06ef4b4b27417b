import { PoolError } from '../../errors.js'
import type { Era, Milliseconds } from '../../ports.js'
import type { AskPorts } from './channel-ask.js'
import { Channel, type ChannelOwner } from './channel.js'
import { discover, initialize, type Introduction, type Met } from './handshakes.js'
import type { TransportFactory } from './message-transport.js'

export interface MeetOptions {
  readonly ports: AskPorts
  readonly introduction: Introduction
  /** undefined: find out. */
  readonly era: Era | undefined
  /** For all of it together. */
  readonly timeout: Milliseconds
  /** Nobody waits any more. */
  readonly signal: AbortSignal | undefined
}

export interface MetChannel extends Met {
  readonly channel: Channel
}

/** Part of the time that a server may take to answer the probe; the rest is for the old handshake. */
const PROBE_SHARE = 0.4

/**
 * Starts a server and finds out which era it speaks (2026-07-28, `basic/transports/stdio#backward-compatibility`).
 *
 *     server/discover ─▶ result                     modern
 *                     ─▶ an error                   legacy: initialize, there or in a new child
 *                     ─▶ silence, or the child died legacy: initialize in a new child
 *
 * The new child matters: servers exist that exit at any message before `initialize`, that stop listening after it, or that
 * answer it with an error and then refuse to be initialized.
 */
export async function meet(factory: TransportFactory, owner: ChannelOwner, options: MeetOptions): Promise<MetChannel> {
  const { ports, introduction, era, timeout, signal } = options
  const end = ports.timers.now() + timeout
  const left = (): Milliseconds => Math.max(1, end - ports.timers.now())
  if (era !== 'legacy') {
    const limit = era === 'modern' ? timeout : timeout * PROBE_SHARE
    const tried = await attempt(factory, owner, options, async (channel) => {
      const met = await discover(channel, ports, introduction, limit)
      if (met !== undefined) return met
      if (era === 'modern') throw new PoolError('CONNECT_FAILED', `${ports.label} does not speak 2026-07-28`, { progress: 'answered', endpoint: ports.label })
      return initialize(channel, ports, introduction, left() / 2)
    })
    if (!(tried instanceof PoolError)) return tried
    // An answer that says what is wrong is not made better by another child.
    if (era === 'modern' || signal?.aborted === true || tried.code === 'AUTH_FAILED' || isStartFailure(tried)) throw tried
  }
  const met = await attempt(factory, owner, options, (channel) => initialize(channel, ports, introduction, left()))
  if (met instanceof PoolError) throw met
  return met
}

/** One server, started and spoken to; closed again where that fails. */
async function attempt(
  factory: TransportFactory,
  owner: ChannelOwner,
  { ports, signal }: MeetOptions,
  speak: (channel: Channel) => Promise<Met>,
): Promise<MetChannel | PoolError> {
  const channel = new Channel(await factory(), ports.label, owner)
  const onAbort = (): void => void channel.close()
  signal?.addEventListener('abort', onAbort)
  try {
    if (signal?.aborted === true) throw new PoolError('CONNECT_TIMEOUT', `${ports.label} was not waited for`, { endpoint: ports.label })
    await channel.start()
    return { channel, ...(await speak(channel)) }
  } catch (error) {
    await channel.close()
    return error instanceof PoolError ? error : new PoolError('CONNECT_FAILED', String(error), { endpoint: ports.label, cause: error })
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The program cannot be started, or nobody listens: not a matter of eras. */
function isStartFailure(failure: PoolError): boolean {
  return failure.code === 'CONNECT_FAILED' && failure.progress === 'not-sent'
}
