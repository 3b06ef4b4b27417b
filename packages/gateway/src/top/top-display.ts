import type { CommandContext } from '../command.js'
import type { Output } from '../terminal/output.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import type { Watched } from './look.js'
import { topBlock } from './top-page.js'

/** How what is watched is shown. */
export interface TopDisplay {
  /** Nothing newer is wanted now. */
  readonly paused: boolean
  show(watched: Watched): void
  close(): void
}

/** Lines for a pipe or a file, or for one look. */
export class PlainBlocks implements TopDisplay {
  readonly paused = false
  readonly #output: Output
  readonly #complaints: Complaints
  readonly #paint: Paint

  constructor({ stdout, stderr, env }: Pick<CommandContext, 'stdout' | 'stderr' | 'env'>) {
    this.#output = stdout
    this.#complaints = new Complaints(stderr)
    this.#paint = paintFor(stdout, env)
  }

  show(watched: Watched): void {
    if (this.#complaints.heard(watched)) return
    for (const line of topBlock(watched, new Date(), this.#output.columns, this.#paint)) this.#output.line(line)
    this.#output.line('')
  }

  close(): void {}
}

/** The statistics as they came, each as a line of JSON. */
export class JsonLines implements TopDisplay {
  readonly paused = false
  readonly #output: Output
  readonly #complaints: Complaints

  constructor({ stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>) {
    this.#output = stdout
    this.#complaints = new Complaints(stderr)
  }

  show(watched: Watched): void {
    if (!this.#complaints.heard(watched)) this.#output.line(harmless(JSON.stringify(watched.raw)))
  }

  close(): void {}
}

/** Says once why there is nothing new. */
class Complaints {
  readonly #output: Output
  #last: string | undefined

  constructor(output: Output) {
    this.#output = output
  }

  /** `true`: there is nothing new. */
  heard({ failure }: Watched): boolean {
    if (failure !== undefined && failure !== this.#last) this.#output.line(`mcp-pool top: ${failure}`)
    this.#last = failure
    return failure !== undefined
  }
}

/** The same JSON without what a terminal would obey: `JSON.stringify` leaves some control characters as they are. */
function harmless(json: string): string {
  return json.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
