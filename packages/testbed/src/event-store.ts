import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

interface Stored {
  readonly stream: string
  readonly message: JSONRPCMessage
}

/** Every event of one session, so that a broken stream can be taken up after any of them. */
export class MemoryEventStore implements EventStore {
  readonly #events: Stored[] = []

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    this.#events.push({ stream, message })
    return String(this.#events.length - 1)
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events[Number(id)]?.stream
  }

  async replayEventsAfter(last: string, { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> }): Promise<string> {
    const from = Number(last)
    const { stream } = this.#events[from] ?? {}
    if (stream === undefined) throw new Error(`No event ${last}`)
    for (const [index, event] of this.#events.entries()) {
      // The event that primes a stream is stored empty; it is no message.
      if (index > from && event.stream === stream && 'jsonrpc' in event.message) await send(String(index), event.message)
    }
    return stream
  }
}
