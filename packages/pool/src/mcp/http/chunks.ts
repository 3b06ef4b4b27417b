/** So many chunks are kept as they come, whatever their size: messages are one or a few. */
const FEW = 16
/** After that the bytes of smaller ones are copied together, for a chunk takes 100 bytes of heap besides its own. */
const SMALL = 1_024
/** They are copied to blocks that grow with the message up to this size. */
const BLOCK = 16_384

/**
 * The chunks of one message until it is there as a whole. They are kept as they come, and joined once. From a server that
 * sends byte by byte only the bytes are kept.
 */
export class Chunks {
  readonly #list: Buffer[]
  #size: number
  /** Where small chunks are copied to; what is in it from `#from` to `#to` is not in the list yet. */
  #block: Buffer | undefined
  #from = 0
  #to = 0

  constructor(first: Buffer) {
    this.#list = [first]
    this.#size = first.length
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#list.length < FEW || chunk.length >= SMALL) {
      this.#flush()
      this.#list.push(chunk)
      return
    }
    if (this.#block === undefined || this.#to + chunk.length > this.#block.length) {
      this.#flush()
      this.#block = Buffer.allocUnsafe(Math.min(BLOCK, this.#size))
      this.#from = 0
      this.#to = 0
    }
    this.#to += chunk.copy(this.#block, this.#to)
  }

  /** All of them in one. */
  join(): Buffer {
    this.#flush()
    return Buffer.concat(this.#list, this.#size)
  }

  #flush(): void {
    if (this.#block === undefined || this.#from === this.#to) return
    this.#list.push(this.#block.subarray(this.#from, this.#to))
    this.#from = this.#to
  }
}
