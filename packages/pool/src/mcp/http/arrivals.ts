import { setImmediate } from 'node:timers'

/** Who asked for an answer that has come in full. */
export interface Arrival {
  read(): void
  /** What `read` threw. */
  onError(error: Error): void
}

let arrived: Arrival[] = []

/**
 * Reads the answer at the end of this turn of the event loop, together with all that came in it.
 *
 * Why not at once? Between two answers Node and undici read another socket, and what an answer sets off (its JSON, the checks of the SDK's
 * client, the caller's next request) is more code than a processor keeps at hand: each would push the other out, over and over. In two
 * batches an SDK client with 32 calls under way costs a fifth less. An answer waits for the sockets that are ready, never for time to pass.
 *
 * There is one list for the process, as there is one event loop. `setImmediate` is imported: whoever fakes timers in a test still gets answers.
 */
export function readSoon(arrival: Arrival): void {
  if (arrived.push(arrival) === 1) setImmediate(readAll)
}

function readAll(): void {
  const all = arrived
  arrived = []
  for (const arrival of all) {
    try {
      arrival.read()
    } catch (error) {
      arrival.onError(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
