import type { WriteStream } from 'node:tty'

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'columns' | 'rows' | 'isTTY'>>

/**
 * A standard stream that may go away. `mcp-pool tools … | head -1` closes its end after a line: what is written then is
 * dropped, and nobody sees a stack trace. On a disk that is full it is lost, which is a failure.
 */
export class Output {
  readonly #stream: Stream
  readonly #closed = new AbortController()
  #written = false
  #failure: Error | undefined

  constructor(stream: Stream) {
    this.#stream = stream
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') this.#failure ??= error
      this.#closed.abort()
    })
  }

  write(text: string): void {
    if (this.closed.aborted) return
    this.#written = true
    this.#stream.write(text)
  }

  line(text: string): void {
    this.write(`${text}\n`)
  }

  /** Resolves when all that was written is out, with why it is not where it was lost. */
  async ended(): Promise<Error | undefined> {
    if (this.#written && !this.closed.aborted) await new Promise((resolve) => this.#stream.write('', resolve))
    return this.#failure
  }

  /** Aborts when nobody reads any more, or nothing can be written. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** `listener` hears when the terminal has another size. Returns what ends that. */
  onResize(listener: () => void): () => void {
    this.#stream.on('resize', listener)
    return () => void this.#stream.off('resize', listener)
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true
  }

  /** Width of the terminal; Infinity where there is none, for files are not cut. Some terminals say that they have no size: 0 x 0. */
  get columns(): number {
    return this.isTerminal ? this.#stream.columns || 80 : Number.POSITIVE_INFINITY
  }

  get rows(): number {
    return this.isTerminal ? this.#stream.rows || 24 : Number.POSITIVE_INFINITY
  }
}
