import type { CallKind } from '../ports.js'

/** A call that is not ended yet, as those see it who may have to end it. The links belong to `OpenCalls`. */
export interface OpenCall {
  readonly kind: CallKind
  readonly stream: boolean
  earlier: OpenCall | undefined
  later: OpenCall | undefined
  /** The pool shuts down. */
  abandon(): void
}

/**
 * The calls of a pool that have no end yet. They are the links themselves: a set would allocate on the way of every call, and
 * be rebuilt all the time.
 */
export class OpenCalls {
  #latest: OpenCall | undefined
  #size = 0
  #streams = 0

  /** Without listen streams. */
  get underWay(): number {
    return this.#size - this.#streams
  }

  add(call: OpenCall): void {
    call.earlier = this.#latest
    if (this.#latest !== undefined) this.#latest.later = call
    this.#latest = call
    this.#size++
    if (call.stream) this.#streams++
  }

  /** Of one that was added, once. */
  remove(call: OpenCall): void {
    const { earlier, later } = call
    if (earlier !== undefined) earlier.later = later
    if (later !== undefined) later.earlier = earlier
    else this.#latest = earlier
    call.earlier = undefined
    call.later = undefined
    this.#size--
    if (call.stream) this.#streams--
  }

  /** All of them, latest first; each may be removed, and others added, meanwhile. */
  abandonAll(): void {
    const all: OpenCall[] = []
    for (let call = this.#latest; call !== undefined; call = call.earlier) all.push(call)
    for (const call of all) call.abandon()
  }
}
