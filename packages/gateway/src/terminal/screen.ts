import type { Output } from './output.js'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const ERASE_BELOW = '\u001b[J'

/** A block of lines at the end of the terminal that is drawn over itself. What stood above it stays. */
export class Screen {
  readonly #output: Output
  #height = 0
  #shown = false

  constructor(output: Output) {
    this.#output = output
  }

  /** No line may be wider than the terminal: it would wrap, and the next drawing begin too low. */
  draw(lines: readonly string[]): void {
    // One line is left for the cursor, or drawing the last would scroll.
    const visible = lines.slice(0, this.#output.rows - 1)
    const up = this.#height > 0 ? `\u001b[${this.#height}A` : ''
    this.#output.write(`${this.#shown ? '' : HIDE_CURSOR}${up}\r${ERASE_BELOW}${visible.map((line) => `${line}\n`).join('')}`)
    this.#height = visible.length
    this.#shown = true
  }

  /** Leaves the last drawing where it is and gives the cursor back. */
  end(): void {
    if (this.#shown) this.#output.write(SHOW_CURSOR)
    this.#shown = false
    this.#height = 0
  }
}
