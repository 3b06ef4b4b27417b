import type { CommandContext } from '../command.js'
import { FullScreen } from '../terminal/full-screen.js'
import type { Key, Keyboard } from '../terminal/keyboard.js'
import type { Output } from '../terminal/output.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import type { Watched } from './look.js'
import type { TopDisplay } from './top-display.js'
import { pageOf, shownOf, topPage } from './top-page.js'
import { INITIAL, press, type TopState } from './top-state.js'

/** All of a terminal, with keys. */
export class LiveTable implements TopDisplay {
  readonly #output: Output
  readonly #paint: Paint
  readonly #screen: FullScreen
  readonly #keyboard: Keyboard | undefined
  readonly #endResize: () => void
  readonly #stop: () => void
  #state: TopState = INITIAL
  #watched: Watched | undefined

  constructor({ stdout, env, openKeyboard }: Pick<CommandContext, 'stdout' | 'env' | 'openKeyboard'>, stop: () => void) {
    this.#output = stdout
    this.#paint = paintFor(stdout, env)
    this.#screen = new FullScreen(stdout)
    this.#stop = stop
    this.#endResize = stdout.onResize(() => this.#draw())
    this.#keyboard = openKeyboard((key) => this.#press(key))
  }

  get paused(): boolean {
    return this.#state.paused
  }

  show(watched: Watched): void {
    this.#watched = watched
    this.#draw()
  }

  close(): void {
    this.#endResize()
    this.#keyboard?.close()
    this.#screen.leave()
  }

  #press(key: Key): void {
    // In raw mode the terminal makes no signal of it.
    if ('name' in key && key.name === 'ctrl-c') return void process.kill(process.pid, 'SIGINT')
    const rows = this.#watched === undefined ? 0 : shownOf(this.#watched, this.#state).length
    this.#state = press(this.#state, key, { page: pageOf(this.#output), rows })
    if (this.#state.ended) this.#stop()
    else this.#draw()
  }

  #draw(): void {
    if (this.#watched === undefined) return
    this.#screen.draw(topPage(this.#watched, this.#state, performance.now(), this.#output, this.#paint))
  }
}
