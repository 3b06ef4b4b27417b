import { emitKeypressEvents } from 'node:readline'
import type { ReadStream } from 'node:tty'

type Stream = NodeJS.ReadableStream & Pick<ReadStream, 'setRawMode'>

/** A key as it was pressed: a character, or the name of a key that has none. */
export type Key = { readonly char: string } | { readonly name: string }

interface Keypress {
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
}

/** The keys of a terminal, one by one as they are pressed and without showing them, until it is let go of. */
export class Keyboard {
  readonly #stream: Stream
  readonly #onKey: (key: Key) => void

  constructor(stream: Stream, onKey: (key: Key) => void) {
    this.#stream = stream
    this.#onKey = onKey
    emitKeypressEvents(stream)
    stream.setRawMode(true)
    stream.on('keypress', this.#pressed)
    stream.resume()
  }

  close(): void {
    this.#stream.off('keypress', this.#pressed)
    this.#stream.setRawMode(false)
    this.#stream.pause()
  }

  readonly #pressed = (char: string | undefined, { name, ctrl, meta }: Keypress): void => {
    if (ctrl === true) this.#onKey({ name: `ctrl-${name}` })
    else if (char !== undefined && meta !== true && char >= ' ' && char !== '\u007f') this.#onKey({ char })
    else if (name !== undefined) this.#onKey({ name })
  }
}
