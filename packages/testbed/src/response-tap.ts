import type { ServerResponse } from 'node:http'

/*
 * Stands between a server and its response.
 *
 * Both SDKs write into a `ServerResponse` that they were given, by `writeHead`, `write` and `end`. Those three are
 * replaced on the one object, so that the server runs its course and notices nothing, while what it says goes elsewhere.
 */

type Said = { readonly how: 'write' | 'end'; readonly chunk: Uint8Array | string | undefined }

/** Runs the server with a response that goes nowhere; resolves with its last word, or when the client has gone. */
export function muted(res: ServerResponse, execute: () => void): Promise<void> {
  return new Promise((resolve) => {
    const gone = (): void => resolve()
    res.once('close', gone)
    const release = tap(
      res,
      () => {},
      ({ how }) => {
        if (how !== 'end') return
        release()
        res.off('close', gone)
        resolve()
      },
    )
    execute()
  })
}

/** Runs the server at once, and lets out what it says after `until`. */
export async function held(res: ServerResponse, execute: () => void, until: Promise<unknown>): Promise<void> {
  const late: Array<() => void> = []
  const release = tap(
    res,
    (writeHead) => late.push(writeHead),
    ({ how, chunk }) => late.push(() => (how === 'end' ? res.end(chunk) : res.write(chunk ?? ''))),
  )
  execute()
  await until
  release()
  for (const say of late) say()
}

/** Lets so many whole SSE events out and half of what follows; then the socket is closed. What has no events is halved. */
export function cutOff(res: ServerResponse, events: number): void {
  let left = events
  let pending = ''
  let cut = false
  tap(
    res,
    (writeHead) => writeHead(),
    ({ how, chunk }) => {
      // The tap stays: the server's own `end` after this would make a whole answer of the half.
      if (cut) return
      pending += typeof chunk === 'string' ? chunk : Buffer.from(chunk ?? []).toString()
      for (let end = eventEnd(pending); end !== -1 && left > 0; end = eventEnd(pending)) {
        writePast(res, pending.slice(0, end))
        pending = pending.slice(end)
        left--
      }
      if (how !== 'end' && eventEnd(pending) === -1) return
      cut = true
      writePast(res, pending.slice(0, Math.ceil(pending.length / 2)), () => res.socket?.destroy())
    },
  )
}

function eventEnd(text: string): number {
  const at = text.indexOf('\n\n')
  return at === -1 ? -1 : at + 2
}

/** Past the tap that is in place. */
function writePast(res: ServerResponse, text: string, written?: () => void): void {
  Object.getPrototypeOf(res).write.call(res, text, written)
}

function tap(res: ServerResponse, onHead: (writeHead: () => void) => void, onSaid: (said: Said) => void): () => void {
  const original = { writeHead: res.writeHead, write: res.write, end: res.end, flushHeaders: res.flushHeaders }
  const done = (...args: unknown[]): void => {
    const callback = args.find((arg) => typeof arg === 'function')
    if (callback !== undefined) queueMicrotask(callback as () => void)
  }
  Object.assign(res, {
    writeHead: (...args: Parameters<ServerResponse['writeHead']>) => {
      onHead(() => original.writeHead.apply(res, args))
      return res
    },
    flushHeaders: () => {},
    write: (chunk: Uint8Array | string, ...rest: unknown[]) => {
      onSaid({ how: 'write', chunk })
      done(...rest)
      return true
    },
    end: (chunk?: unknown, ...rest: unknown[]) => {
      onSaid({ how: 'end', chunk: typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : undefined })
      done(chunk, ...rest)
      return res
    },
  })
  return () => Object.assign(res, original)
}
