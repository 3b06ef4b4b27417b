import type { ReadHeaders } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { TransportCallOptions } from './call-options.js'
import type { Engine } from './engine.js'

/** `ping` at one replica; modern ones are asked `server/discover` in its place. Rejects with a `PoolError` where nobody answers. */
export function ping(engine: Engine, options: ReadHeaders<TransportCallOptions>): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.call({
      ...options,
      request: { jsonrpc: '2.0', id: 'ping', method: 'ping' },
      era: 'legacy',
      callerTimes: false,
      stream: false,
      onAccepted() {},
      onNotification() {},
      onRequest: () => false,
      onEventId() {},
      onAnswer(response) {
        // Servers without `ping` say so, and are alive.
        if ('result' in response || response.error.code === -32_601) resolve()
        else reject(new PoolError('PROTOCOL', `ping was answered with an error: ${response.error.message}`, { progress: 'answered' }))
      },
      onFailure: reject,
    })
  })
}
