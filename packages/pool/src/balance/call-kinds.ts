import type { CallKind } from '../ports.js'

export interface CallKindsOptions {
  /** Tools that get a kind of their own. Range 1 … 100,000. @default 1_000 */
  readonly maxTools?: number
  /** Methods that get a kind of their own. Range 1 … 10,000. @default 200 */
  readonly maxMethods?: number
}

/**
 * Gives equal requests the same `CallKind` object, so that what is known by kind (who serves it, how long it takes) is one
 * lookup by identity.
 *
 * Names come from callers, and through a gateway from strangers: both tables are bounded. What does not fit shares a kind:
 * `tools/call` without a tool for tools, the method `*` for methods. Such requests are served as ever; only their
 * latency is judged together, and replicas are told apart by capability alone.
 */
export class CallKinds {
  readonly #maxTools: number
  readonly #maxMethods: number
  readonly #tools = new Map<string, CallKind>()
  readonly #methods = new Map<string, CallKind>()
  readonly #otherTools: CallKind = kind('tools/call', undefined)
  readonly #otherMethods: CallKind = kind('*', undefined)

  constructor(options: CallKindsOptions = {}) {
    this.#maxTools = options.maxTools ?? 1_000
    this.#maxMethods = options.maxMethods ?? 200
  }

  /** `tool` counts for `tools/call` only. */
  kindOf(method: string, tool?: string): CallKind {
    if (method !== 'tools/call') return intern(this.#methods, method, this.#maxMethods, this.#otherMethods, method, undefined)
    if (tool === undefined) return this.#otherTools
    return intern(this.#tools, tool, this.#maxTools, this.#otherTools, method, tool)
  }
}

function intern(table: Map<string, CallKind>, name: string, max: number, other: CallKind, method: string, tool: string | undefined): CallKind {
  const known = table.get(name)
  if (known !== undefined) return known
  if (table.size >= max) return other
  const fresh = kind(method, tool)
  table.set(name, fresh)
  return fresh
}

function kind(method: string, tool: string | undefined): CallKind {
  return { method, tool, key: tool === undefined ? method : `${method}:${tool}` }
}
