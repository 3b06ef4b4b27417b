import type { Output } from './output.js'

/** DEC private modes: 1049 is the alternate screen, with the cursor saved; 25 the cursor; 7 wrapping, for some characters are wider than they count. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const ERASE_LINE = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

/** What a process tells of its end. */
export interface Mortal {
  on(event: 'exit' | 'uncaughtExceptionMonitor', listener: () => void): unknown
  off(event: 'exit' | 'uncaughtExceptionMonitor', listener: () => void): unknown
}

/**
 * A screen of its own: what stood in the terminal comes back when it is left, however that happens. A crash leaves it before
 * the error is printed, which would be gone with the screen otherwise.
 */
export class FullScreen {
  readonly #output: Output
  readonly #mortal: Mortal
  #entered = false

  constructor(output: Output, mortal: Mortal = process) {
    this.#output = output
    this.#mortal = mortal
  }

  /** Lines beyond the last row are not drawn. None may be wider than the terminal. */
  draw(lines: readonly string[]): void {
    const visible = lines.slice(0, this.#output.rows)
    this.#output.write(`${this.#enter()}${HOME}${visible.map((line) => line + ERASE_LINE).join('\n')}${ERASE_BELOW}`)
  }

  readonly leave = (): void => {
    if (!this.#entered) return
    this.#entered = false
    this.#mortal.off('exit', this.leave)
    this.#mortal.off('uncaughtExceptionMonitor', this.leave)
    this.#output.write(LEAVE)
  }

  #enter(): string {
    if (this.#entered) return ''
    this.#entered = true
    this.#mortal.on('exit', this.leave)
    this.#mortal.on('uncaughtExceptionMonitor', this.leave)
    return ENTER
  }
}
