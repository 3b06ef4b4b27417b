import type { BadTime } from '../src/call/bad-times.js'
import type { CallTerms } from '../src/call/call-terms.js'
import { Calls, type CallsSettings } from '../src/call/calls.js'
import { PoolError } from '../src/errors.js'
import type {
  Attempt,
  CallKind,
  Connection,
  Era,
  Exchange,
  Guard,
  JsonObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  Milliseconds,
  Outcome,
  Outstanding,
  PickQuery,
  Refusal,
  Target,
  ToolFacts,
  Watching,
} from '../src/ports.js'
import { VirtualTime } from '../src/testing/virtual-time.js'

/** A replica that does what the test says, one attempt after the other. */
export class Replica implements Target, Connection, Exchange {
  readonly id: string
  readonly weight = 1
  era: Era = 'modern'
  readonly attempts: Attempt[] = []
  readonly outcomes: Outcome[] = []
  readonly cancelled: string[] = []
  written = true
  outstanding = 0
  /** Attempts that it takes at a time. */
  places = Number.POSITIVE_INFINITY
  refusal: Refusal | undefined
  /** It is out of use. */
  unavailable = false
  tools: Record<string, ToolFacts> = {}
  methods: ReadonlySet<string> | undefined

  constructor(id: string) {
    this.id = id
  }
  get place(): string {
    return this.id
  }
  get endpointLabel(): string {
    return `http://${this.id}/mcp`
  }
  get connection(): this {
    return this
  }
  get load(): { outstanding: number; started: (attempt: Outstanding, now: Milliseconds) => void; settled: (attempt: Outstanding, outcome: Outcome) => void } {
    return {
      outstanding: this.outstanding,
      started: (attempt, now) => {
        attempt.startedAt = now
        this.outstanding++
      },
      settled: (_attempt, outcome) => (this.outstanding--, void this.outcomes.push(outcome)),
    }
  }
  get guard(): Guard {
    return {
      full: this.outstanding >= this.places,
      refuses: () => this.refusal ?? (this.outstanding >= this.places ? 'full' : undefined),
      started: () => {},
      settled: () => {},
    }
  }
  start(attempt: Attempt): Exchange {
    this.attempts.push(attempt)
    return this
  }
  cancel(reason: string): void {
    this.cancelled.push(reason)
  }
  serves(kind: CallKind): 'yes' | 'no' {
    return this.methods === undefined || this.methods.has(kind.method) ? 'yes' : 'no'
  }
  tool(name: string): ToolFacts | undefined {
    return this.tools[name]
  }
  get last(): Attempt {
    return this.attempts.at(-1)!
  }
  answers(result: JsonObject = {}): void {
    this.last.onAnswer({ jsonrpc: '2.0', id: 'caller', result })
  }
  fails(
    code: 'CONNECT_FAILED' | 'CONNECTION_LOST' | 'SESSION_LOST' | 'AUTH_FAILED' | 'HTTP_STATUS' | 'NO_HEALTHY_CLIENTS',
    progress: 'not-sent' | 'refused' | 'sent',
    retryAfter?: Milliseconds,
  ): void {
    this.last.onFailure(new PoolError(code, `${code} here`, { progress, endpoint: this.endpointLabel, ...(retryAfter !== undefined && { retryAfter }) }))
  }
}

export interface Result {
  readonly answers: JsonRpcResponse[]
  readonly errors: PoolError[]
  readonly notifications: JsonRpcNotification[]
}

/** A pool of replicas, and nothing else of a pool. */
export class World {
  readonly time = new VirtualTime()
  readonly asked: string[] = []
  onAsked: (reply: (response: JsonRpcResponse) => void) => void = () => {}
  /** The pool has handlers of its own. */
  answersQuestions = true
  /** What its observer was told. */
  readonly observed: string[] = []
  readonly badTimes: BadTime[] = []
  recovering = false
  latencies: (q: number) => Milliseconds | undefined = () => undefined
  /** Somebody who listens, and does something to the pool at once. */
  onSettled: (outcome: Outcome) => void = () => {}
  readonly calls: Calls
  readonly #kinds = new Map<string, CallKind>()

  constructor(replicas: Replica[], settings: Partial<CallsSettings> = {}, watching?: Watching) {
    this.calls = new Calls({
      timers: this.time,
      settings: {
        requestTimeout: 1_000,
        callTimeout: 2_000,
        retryAttempts: 3,
        resetTimeoutOnProgress: false,
        queueTimeout: 500,
        maxQueueSize: undefined,
        retryBudget: {},
        hedge: undefined,
        ...settings,
      },
      // The first who was not tried, else the first: enough to see where a retry goes.
      picker: {
        pick: (query: PickQuery) => {
          const able = replicas.filter(
            (replica) =>
              !replica.unavailable &&
              (query.only === undefined || replica === query.only) &&
              (query.session?.client === undefined || replica.era === 'modern' || replica.id === query.session.client) &&
              (query.onlyEra === undefined || replica.era === query.onlyEra) &&
              replica.serves(query.kind) === 'yes' &&
              replica.guard.refuses(query.kind, 0) === undefined,
          )
          return able.find((replica) => !query.tried.includes(replica)) ?? able[0]
        },
      },
      backoff: (attempts) => 100 * attempts,
      kindOf: (request) => this.#kindOf(request),
      requiredEra: () => undefined,
      latency: (_kind, q) => this.latencies(q),
      available: () => replicas.filter(({ unavailable }) => !unavailable),
      recovering: () => this.recovering,
      watching,
      answerServer: ({ method }, reply) => {
        this.asked.push(method)
        this.onAsked(reply)
        return this.answersQuestions
      },
      totals: { totalRequests: 0, failedRequests: 0, averageLatency: 0 },
      settling: () => {},
      observe: (_target, outcome) => this.onSettled(outcome),
      observer: {
        callEnded: ({ method }, end, elapsed) => void this.observed.push(`${method} ${end} ${elapsed}`),
        attemptEnded: ({ id }, outcome, failure, elapsed) => void this.observed.push(`${id} ${failure?.code ?? outcome} ${elapsed}`),
        waited: (priority, time) => void this.observed.push(`${priority} waited ${time}`),
      },
      onBadTime: (event) => this.badTimes.push(event),
    })
  }

  #kindOf({ method, params }: JsonRpcRequest): CallKind {
    const tool = params?.['name'] as string | undefined
    const name = `${method} ${tool}`
    if (!this.#kinds.has(name)) this.#kinds.set(name, { method, tool, key: method })
    return this.#kinds.get(name)!
  }

  call = (request: Partial<JsonRpcRequest> = {}, terms: Partial<CallTerms> = {}): Result & { cancel(reason: string): void } => {
    const result: Result = { answers: [], errors: [], notifications: [] }
    const call = this.calls.start(
      { jsonrpc: '2.0', id: 'caller', method: 'tools/list', ...request },
      { era: 'legacy', ...terms },
      {
        onAnswer: (response) => void result.answers.push(response),
        onFailure: (error) => void result.errors.push(error),
        onNotification: (notification) => void result.notifications.push(notification),
      },
    )
    return { ...result, cancel: (reason) => call.cancel(reason) }
  }
}

export const world = (replicas: Replica[], settings?: Partial<CallsSettings>, watching?: Watching): World => new World(replicas, settings, watching)

export const UNSAFE = { method: 'tools/call', params: { name: 'pay' } }

/** What a call was told to come back with. */
export function cursorOf({ answers: [answer] }: Result): string {
  return answer !== undefined && 'result' in answer ? String(answer.result['nextCursor']) : ''
}
