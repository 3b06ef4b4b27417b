import type { ReplicaLoad } from '../src/balance/index.js'
import { CallPath, type CallPathSettings, type Panic } from '../src/call-path.js'
import type { BadTime, CallTerms } from '../src/call/index.js'
import { resolveConfig } from '../src/config/index.js'
import { PoolError } from '../src/errors.js'
import type { HealthChange } from '../src/health/index.js'
import type { Attempt, Connection, Era, Exchange, Guard, JsonRpcResponse, Milliseconds, Outcome, Random, Serves, Target, ToolFacts } from '../src/ports.js'
import { seededRandom } from '../src/testing/seeded-random.js'
import { VirtualTime } from '../src/testing/virtual-time.js'

/** An attempt that a replica was given, until it is answered, fails or is cancelled. */
export class OpenAttempt implements Exchange {
  readonly attempt: Attempt
  readonly call: number
  readonly #replica: PathReplica
  readonly written = true

  constructor(replica: PathReplica, attempt: Attempt) {
    this.#replica = replica
    this.attempt = attempt
    this.call = attempt.request.id as number
  }

  cancel(): void {
    this.#replica.open.delete(this)
  }

  answer(): void {
    if (this.#replica.open.delete(this)) this.attempt.onAnswer({ jsonrpc: '2.0', id: this.call, result: { from: this.#replica.id } })
  }

  fail(progress: 'not-sent' | 'refused' | 'sent', retryAfter?: Milliseconds): void {
    if (!this.#replica.open.delete(this)) return
    const details = { progress, status: 500, endpoint: this.#replica.id, ...(retryAfter !== undefined && { retryAfter }) }
    this.attempt.onFailure(new PoolError('HTTP_STATUS', 'scripted failure', details))
  }

  ask(): void {
    this.attempt.onRequest({ jsonrpc: '2.0', id: 1, method: 'elicitation/create' }, () => {})
  }
}

/** A replica in the hands of the test. */
export class PathReplica implements Target, Connection {
  readonly id: string
  readonly weight = 1
  readonly era: Era = 'modern'
  readonly open = new Set<OpenAttempt>()
  /** Every attempt that it was ever given, by call. */
  readonly given: number[] = []
  readonly load: ReplicaLoad
  readonly guard: Guard
  readonly toolFacts: ToolFacts = { readOnly: true, idempotent: true }

  constructor(id: string, path: CallPath) {
    this.id = id
    this.load = path.newLoad(1)
    this.guard = path.newGuard()
  }
  get place(): string {
    return `${this.id}#0`
  }
  get endpointLabel(): string {
    return this.id
  }
  get connection(): this {
    return this
  }
  serves(): Serves {
    return 'yes'
  }
  tool(): ToolFacts {
    return this.toolFacts
  }
  start(attempt: Attempt): OpenAttempt {
    const open = new OpenAttempt(this, attempt)
    this.open.add(open)
    this.given.push(open.call)
    return open
  }
}

/** What became of one call. */
export interface PathCall {
  readonly id: number
  answers: JsonRpcResponse[]
  errors: PoolError[]
  cancelled: boolean
  cancel(): void
}

/** A whole call path on virtual time, over replicas that do what they are told. */
export class PathWorld {
  readonly time = new VirtualTime()
  readonly random: Random
  readonly path: CallPath
  readonly replicas: readonly PathReplica[]
  readonly calls: PathCall[] = []
  readonly changes: HealthChange[] = []
  readonly badTimes: Array<BadTime | Panic> = []
  readonly outcomes: Outcome[] = []
  /** Those in `path.update`. */
  present: readonly PathReplica[]
  recovering = false
  /** Somebody who listens to everything, and does something to the pool at once. */
  react: () => void = () => {}

  constructor(replicas: number, settings: Partial<CallPathSettings>, seed = 1) {
    this.random = seededRandom(seed)
    this.path = new CallPath({
      timers: this.time,
      random: this.random,
      settings: { ...resolveConfig({ endpoints: [{ url: 'http://127.0.0.1/mcp' }] }), ...settings },
      totals: { totalRequests: 0, failedRequests: 0, averageLatency: 0 },
      requiredEra: () => undefined,
      answerServer: () => false,
      recovering: () => this.recovering,
      onBusy: () => {},
      onHealthChange: (change) => (this.changes.push(change), this.react()),
      onBadTime: (event) => (this.badTimes.push(event), this.react()),
      onSettling: () => {},
      onSettled: (_target, outcome) => (this.outcomes.push(outcome), this.react()),
    })
    this.replicas = Array.from({ length: replicas }, (_, i) => new PathReplica(`r${i}`, this.path))
    this.present = this.replicas
    this.path.update(this.present)
  }

  call(terms: Partial<CallTerms> = {}, tool = 'work'): PathCall {
    const id = this.calls.length
    const call: PathCall = { id, answers: [], errors: [], cancelled: false, cancel: () => {} }
    this.calls.push(call)
    const started = this.path.start(
      { jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool } },
      { era: 'modern', ...terms },
      { onAnswer: (response) => (call.answers.push(response), this.react()), onFailure: (error) => (call.errors.push(error), this.react()) },
    )
    call.cancel = () => {
      call.cancelled ||= call.answers.length + call.errors.length === 0
      started.cancel('enough')
    }
    return call
  }

  /** These are there from now on. */
  update(present: readonly PathReplica[]): void {
    this.present = present
    this.path.update(present)
  }

  get open(): OpenAttempt[] {
    return this.replicas.flatMap(({ open }) => [...open])
  }
}
