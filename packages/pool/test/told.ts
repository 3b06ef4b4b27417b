import type { AttemptTrace, CallTrace, ObservedAttempt, ObservedCall, ObservedEnd, Observer, Watching } from '../src/ports.js'

const shown = (end: ObservedEnd): string => (end instanceof Error ? end.code : 'error' in end ? String(end.error.code) : 'ok')

/** Writes down what an observer is told, a line each: number of the call, of the attempt, and what. */
export class Told implements Observer, Watching {
  readonly lines: string[] = []
  readonly errors: unknown[] = []
  /** Before each line: may throw. */
  onLine: () => void = () => {}
  /** Nothing is told of attempts: what the call carries goes with all of them. */
  callsAlone = false
  #calls = 0

  get observer(): this {
    return this
  }

  onError(error: unknown): void {
    this.errors.push(error)
  }

  callStarted({ request }: ObservedCall): CallTrace {
    const call = ++this.#calls
    this.say(`${call} ${request.method}`)
    return {
      queued: () => this.say(`${call} queued`),
      ...(this.callsAlone
        ? { meta: { traceparent: `${call}` }, sending: (send) => this.#sending(`${call}`, send) }
        : { attemptStarted: (attempt) => this.#attempt(`${call}.${attempt.number}`, attempt) }),
      ended: (end) => this.say(`${call} ${shown(end)}`),
    }
  }

  #attempt(name: string, { reason, client }: ObservedAttempt): AttemptTrace {
    this.say(`${name} ${reason} at ${client.id}`)
    return {
      meta: { traceparent: name },
      sending: (send) => this.#sending(name, send),
      notified: ({ method }) => this.say(`${name} ${method}`),
      asked: ({ method }) => this.say(`${name} asked ${method}`),
      ended: (end) => this.say(`${name} ${shown(end)}`),
      givenUp: (reason_) => this.say(`${name} given up: ${reason_}`),
    }
  }

  #sending(name: string, send: () => void): void {
    this.say(`${name} sending`)
    send()
  }

  say(line: string): void {
    this.lines.push(line)
    this.onLine()
  }
}
