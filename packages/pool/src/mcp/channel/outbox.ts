import type { Message } from './message-transport.js'

interface Letter {
  readonly message: Message
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Messages to one child, each sent when the one before it has left: a pipe that is full is waited for by one, and where the child
 * dies meanwhile nobody waits for ever. The SDK's transport has each wait for itself, and never tells those whose child is gone.
 */
export class Outbox {
  readonly #write: (message: Message) => Promise<void>
  /** The first is being written. */
  #letters: Letter[] = []
  #end: Error | undefined

  constructor(write: (message: Message) => Promise<void>) {
    this.#write = write
  }

  /** Resolves when the message was written; rejects where it could not be, or the child is gone. */
  send(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      this.#letters.push({ message, resolve, reject })
      if (this.#letters.length === 1) void this.#writeAll()
    })
  }

  /** The child is gone: whatever waits fails. */
  end(why: Error): void {
    this.#end ??= why
    for (const { reject } of this.#letters.splice(0)) reject(this.#end)
  }

  async #writeAll(): Promise<void> {
    for (let letter = this.#letters[0]; letter !== undefined; letter = this.#letters[0]) {
      await this.#write(letter.message).then(letter.resolve, letter.reject)
      this.#letters.shift()
    }
  }
}
