import type { JsonObject, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'

/** A request that brings a new session to where the lost one was. */
export interface RestoringRequest {
  readonly method: 'logging/setLevel' | 'resources/subscribe'
  readonly params: JsonObject
}

/** What an open session remembers of what its server was told. */
export interface Memory {
  learn(request: Pick<JsonRpcRequest, 'method' | 'params'>, response: JsonRpcResponse): void
  /** In the order in which they have to be sent. */
  restoring(): RestoringRequest[]
  /** Whether callers who speak as the session does want to hear it. */
  passes(notification: JsonRpcNotification): boolean
}

/**
 * What a legacy server keeps in a session for its client, and forgets with it: the log level and the resource
 * subscriptions. Learned from requests that the server accepted, so that a session can be opened again as it was.
 */
export class SessionMemory implements Memory {
  logLevel: string | undefined = undefined
  readonly #subscriptions = new Set<string>()

  get subscriptions(): ReadonlySet<string> {
    return this.#subscriptions
  }

  learn(request: Pick<JsonRpcRequest, 'method' | 'params'>, response: JsonRpcResponse): void {
    if (!('result' in response)) return
    const { level, uri } = request.params ?? {}
    switch (request.method) {
      case 'logging/setLevel':
        if (typeof level === 'string') this.logLevel = level
        break
      case 'resources/subscribe':
        if (typeof uri === 'string') this.#subscriptions.add(uri)
        break
      case 'resources/unsubscribe':
        if (typeof uri === 'string') this.#subscriptions.delete(uri)
        break
    }
  }

  restoring(): RestoringRequest[] {
    const requests: RestoringRequest[] = []
    if (this.logLevel !== undefined) requests.push({ method: 'logging/setLevel', params: { level: this.logLevel } })
    for (const uri of this.#subscriptions) requests.push({ method: 'resources/subscribe', params: { uri } })
    return requests
  }

  /** The one caller of the session hears what it asked the server for. */
  passes(_notification: JsonRpcNotification): boolean {
    return true
  }
}
