import { inspect } from 'node:util'
import type { LiveMap } from './live-map.js'

/** What stands behind a view. */
export interface LiveState<Value, Written> {
  ids(): Iterable<string>
  read(id: string): Value | undefined
  /** No effect on what is not there. */
  write(id: string, value: Written): void
  /** Sets back to what it was without anybody's saying. `false`: it is not there. */
  reset(id: string): boolean
}

/** A `LiveMap`. Iterating goes over what was there at its beginning, so that one may delete on the way. */
export class StateView<Value extends Written, Written = Value> extends Map<string, Value> implements LiveMap<Value, Written> {
  readonly #state: LiveState<Value, Written>

  constructor(state: LiveState<Value, Written>) {
    super()
    this.#state = state
  }

  override get size(): number {
    let size = 0
    for (const _ of this.#state.ids()) size++
    return size
  }

  override get(id: string): Value | undefined {
    return this.#state.read(id)
  }

  override has(id: string): boolean {
    return this.#state.read(id) !== undefined
  }

  override set(id: string, value: Written): this {
    this.#state.write(id, value)
    return this
  }

  override delete(id: string): boolean {
    return this.#state.reset(id)
  }

  override clear(): void {
    for (const id of [...this.#state.ids()]) this.#state.reset(id)
  }

  override forEach(callback: (value: Value, id: string, map: Map<string, Value>) => void, thisArg?: unknown): void {
    for (const [id, value] of this.#copy()) callback.call(thisArg, value, id, this)
  }

  override keys(): MapIterator<string> {
    return this.#copy().keys()
  }

  override values(): MapIterator<Value> {
    return this.#copy().values()
  }

  override entries(): MapIterator<[string, Value]> {
    return this.#copy().entries()
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }

  // `console.log` looks into a `Map` past its methods, where this one is empty.
  static {
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: StateView<unknown>): Map<string, unknown> {
        return this.#copy()
      },
    })
  }

  #copy(): Map<string, Value> {
    const copy = new Map<string, Value>()
    for (const id of this.#state.ids()) {
      const value = this.#state.read(id)
      if (value !== undefined) copy.set(id, value)
    }
    return copy
  }
}
