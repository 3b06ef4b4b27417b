import { EventEmitter } from 'node:events'
import { inspect } from 'node:util'

/**
 * An emitter on which emitting never fails.
 *
 * Node's throws for an `error` event without a listener, and hands what a listener throws to whoever emitted. Here that would
 * be the pool in the middle of a recovery: a bug in somebody's logging would cost a connection. So a listener that throws, or
 * returns a promise that rejects, becomes a process warning (`process.on('warning')`), and the others are called all the same.
 */
export class SafeEmitter<Events extends Record<keyof Events, unknown[]>> extends EventEmitter {
  override on<Name extends keyof Events & string>(name: Name, listener: (...args: Events[Name]) => void): this {
    return super.on(name, listener)
  }

  override once<Name extends keyof Events & string>(name: Name, listener: (...args: Events[Name]) => void): this {
    return super.once(name, listener)
  }

  override off<Name extends keyof Events & string>(name: Name, listener: (...args: Events[Name]) => void): this {
    return super.off(name, listener)
  }

  override emit<Name extends keyof Events & string>(name: Name, ...args: Events[Name]): boolean {
    if (this.listenerCount(name) === 0) return false
    // Raw: the wrapper of a `once` takes itself off.
    for (const listener of this.rawListeners(name)) tellSafely(name, () => Reflect.apply(listener, this, args))
    return true
  }
}

/** Calls a listener, whose failure harms nobody. */
export function tellSafely(event: string, listener: () => unknown): void {
  try {
    const returned = listener()
    if (returned instanceof Promise) returned.catch((error: unknown) => warn(event, error))
  } catch (error) {
    warn(event, error)
  }
}

function warn(event: string, error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : inspect(error)
  process.emitWarning(`A listener of '${event}' failed; the pool goes on`, { type: 'MCPClientPoolWarning', detail })
}
