import { hostname } from 'node:os'
import { Agent, request } from 'undici'
import { cleanText } from '../../clean-text.js'
import { PoolError } from '../../errors.js'
import type { Milliseconds } from '../../ports.js'
import { transportFailure } from '../../transport-failure.js'

/** A gateway that does not answer must not hold a shutdown up for longer. */
const TIMEOUT: Milliseconds = 5_000

let pools = 0

/**
 * Where this process puts its metrics: `job` is the library, `instance` this process, and each pool in it. A push replaces what was pushed
 * there before. What a process pushed last stays until somebody deletes it at the gateway: that is what one is for.
 */
export class Pushgateway {
  readonly #url: string
  readonly #agent = new Agent({ connections: 1, connect: { timeout: TIMEOUT } })

  /** `endpoint`: the base URL, without a slash at its end. */
  constructor(endpoint: string) {
    pools++
    const instance = `${hostname()}:${process.pid}${pools === 1 ? '' : `#${pools}`}`
    this.#url = `${endpoint}/metrics/job/mcp_client_pool/instance/${encodeURIComponent(instance)}`
  }

  /** Rejects with a `PoolError` where the gateway did not take it. */
  async put(text: string, contentType: string): Promise<void> {
    try {
      const { statusCode, body } = await request(this.#url, {
        method: 'PUT',
        headers: { 'content-type': contentType },
        body: text,
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(TIMEOUT),
      })
      const reason = await body.text()
      if (statusCode >= 300) throw new PoolError('HTTP_STATUS', `the Pushgateway answered ${statusCode}: ${cleanText(reason)}`, { status: statusCode })
    } catch (cause) {
      if (cause instanceof PoolError) throw cause
      throw transportFailure(cause instanceof Error ? cause : new Error(String(cause)), false, 'the Pushgateway')
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}
