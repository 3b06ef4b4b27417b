/**
 * At how many endpoints of a pool a tool is listed.
 *
 * A list says where a tool is, and not that there is none: servers have tools that they do not list, that a caller's own session alone has, or that
 * came without a word. So an endpoint whose list lacks a tool is left out only where another one has it; what is listed nowhere is a server's to refuse.
 */
export class ToolDirectory {
  readonly #endpoints = new Map<string, number>()

  has(tool: string): boolean {
    return this.#endpoints.has(tool)
  }

  /** An endpoint lists these, and not those any more. */
  replace(before: Iterable<string>, after: Iterable<string>): void {
    for (const tool of after) this.#endpoints.set(tool, (this.#endpoints.get(tool) ?? 0) + 1)
    for (const tool of before) {
      const left = this.#endpoints.get(tool)! - 1
      if (left > 0) this.#endpoints.set(tool, left)
      else this.#endpoints.delete(tool)
    }
  }
}
