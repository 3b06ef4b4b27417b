import type { JsonRpcRequest, JsonRpcResponse, Target } from '../ports.js'

/**
 * Which replica issued an opaque token: cursors, request states and task ids mean something only to their issuer, so the
 * request that brings one back goes to the same replica while it is fit.
 *
 * Bounded: the token that was used longest ago is forgotten first, and then any replica may be asked.
 */
export class Issuers {
  readonly #capacity: number
  readonly #issuers = new Map<string, Target>()

  constructor(capacity = 10_000) {
    this.#capacity = capacity
  }

  /** Remembers what `response` hands out. */
  learn(response: JsonRpcResponse, issuer: Target): void {
    if (!('result' in response)) return
    const { nextCursor, requestState, task } = response.result
    if (nextCursor !== undefined) this.#remember('cursor', nextCursor, issuer)
    if (requestState !== undefined) this.#remember('requestState', requestState, issuer)
    if (task !== undefined && typeof task === 'object' && task !== null && 'taskId' in task) this.#remember('taskId', task.taskId, issuer)
  }

  /** The issuer of what `request` brings back. */
  of(request: JsonRpcRequest): Target | undefined {
    const params = request.params
    if (params === undefined || this.#issuers.size === 0) return undefined
    const { cursor, requestState, taskId } = params
    if (cursor !== undefined) return this.#recall('cursor', cursor)
    if (requestState !== undefined) return this.#recall('requestState', requestState)
    if (taskId !== undefined) return this.#recall('taskId', taskId)
    return undefined
  }

  #remember(kind: string, token: unknown, issuer: Target): void {
    if (typeof token !== 'string') return
    const key = `${kind}:${token}`
    this.#issuers.delete(key)
    this.#issuers.set(key, issuer)
    if (this.#issuers.size > this.#capacity) this.#issuers.delete(this.#issuers.keys().next().value!)
  }

  #recall(kind: string, token: unknown): Target | undefined {
    return typeof token === 'string' ? this.#issuers.get(`${kind}:${token}`) : undefined
  }
}
