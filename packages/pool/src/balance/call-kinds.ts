import type { CallKind } from '../ports.js'

/** Longer names share a kind: MCP allows 128 characters for the name of a tool, and what is made up may be of any length. */
const LONGEST_NAME = 256

export interface CallKindsOptions {
  /** Tools that get a kind of their own. Range 1 … 100,000. @default 1_000 */
  readonly maxTools?: number
  /** Whether a tool exists: somebody listed it, or set something for it. It gets a kind of its own also beyond `maxTools`. @default none does */
  readonly exists?: (tool: string) => boolean
  /** Kinds of tools, of those that exist included. Range `maxTools` … 100,000. @default 10_000 */
  readonly maxExistingTools?: number
  /** Methods that get a kind of their own. Range 1 … 10,000. @default 200 */
  readonly maxMethods?: number
}

/**
 * Gives equal requests the same `CallKind` object, so that what is known by kind (who serves it, how long it takes) is one
 * lookup by identity.
 *
 * Names come from callers, and through a gateway from strangers: both tables are bounded. What does not fit shares a kind:
 * `tools/call` without a tool for tools, the method `*` for methods. Such requests are served as ever; only their
 * latency is judged together, and replicas are told apart by capability alone. A tool that exists does not share, or whoever
 * makes names up would lift its limit and take its hints away.
 */
export class CallKinds {
  readonly #maxTools: number
  readonly #maxExistingTools: number
  readonly #exists: (tool: string) => boolean
  readonly #maxMethods: number
  readonly #tools = new Map<string, CallKind>()
  readonly #methods = new Map<string, CallKind>()
  readonly #otherTools: CallKind = kind('tools/call', undefined)
  readonly #otherMethods: CallKind = kind('*', undefined)

  constructor(options: CallKindsOptions = {}) {
    this.#maxTools = options.maxTools ?? 1_000
    this.#maxExistingTools = options.maxExistingTools ?? 10_000
    this.#exists = options.exists ?? (() => false)
    this.#maxMethods = options.maxMethods ?? 200
  }

  /** `tool` counts for `tools/call` only. */
  kindOf(method: string, tool?: string): CallKind {
    if (method !== 'tools/call') return this.#methods.get(method) ?? this.#newMethod(method)
    if (tool === undefined) return this.#otherTools
    return this.#tools.get(tool) ?? this.#newTool(tool)
  }

  #newMethod(method: string): CallKind {
    return this.#methods.size >= this.#maxMethods || method.length > LONGEST_NAME ? this.#otherMethods : add(this.#methods, method, kind(method, undefined))
  }

  #newTool(tool: string): CallKind {
    const max = this.#tools.size < this.#maxTools || !this.#exists(tool) ? this.#maxTools : this.#maxExistingTools
    return this.#tools.size >= max || tool.length > LONGEST_NAME ? this.#otherTools : add(this.#tools, tool, kind('tools/call', tool))
  }
}

function add(table: Map<string, CallKind>, name: string, fresh: CallKind): CallKind {
  table.set(name, fresh)
  return fresh
}

function kind(method: string, tool: string | undefined): CallKind {
  const key = tool === undefined ? method : `${method}:${tool}`
  // People read it, in messages of one line.
  return { method, tool, key: key.replaceAll(/\p{Cc}/gu, '\uFFFD') }
}
