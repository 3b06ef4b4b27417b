import { type FromServer, isAcknowledgement } from './messages.js'

/** In a server: reports executions to the parent and waits for the receipts. */
export class Reporter {
  readonly #waiting = new Map<number, () => void>()
  #last = 0

  constructor() {
    process.on('message', (message) => {
      if (!isAcknowledgement(message)) return
      this.#waiting.get(message.receipt)?.()
      this.#waiting.delete(message.receipt)
    })
  }

  listening(port: number): void {
    this.#send({ kind: 'listening', port })
  }

  executed(tool: string, key: string): Promise<void> {
    const receipt = ++this.#last
    return new Promise((resolve) => {
      this.#waiting.set(receipt, resolve)
      this.#send({ kind: 'executed', receipt, tool, key })
    })
  }

  #send(message: FromServer): void {
    process.send?.(message)
  }
}
