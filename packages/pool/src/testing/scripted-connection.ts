import { PoolError } from '../errors.js'
import {
  Alarm,
  type Attempt,
  type AttemptFailure,
  type CallKind,
  type ConnectionListener,
  type Era,
  type Exchange,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type LiveConnection,
  type Milliseconds,
  type ReportedMetrics,
  type ServerFacts,
  type Serves,
  type Timers,
  type ToolFacts,
} from '../ports.js'
import { answer, type Behaviour, type Script } from './script.js'

export interface ScriptedConnectionOptions {
  /** Needed by behaviours with `after`. */
  readonly timers?: Timers
  /** @default 'modern' */
  readonly era?: Era
  /** What is done with attempts. @default an empty result at once */
  readonly script?: Script
  /** The tool list; undefined: not listed, every tool is `unknown`. */
  readonly tools?: Readonly<Record<string, ToolFacts>>
  /** Methods that this replica does not have. */
  readonly lacks?: readonly string[]
  readonly facts?: Partial<ServerFacts>
  readonly listener?: ConnectionListener
}

/** A connection without a network: answers, fails or hangs as it is told, and remembers what it was asked. */
export class ScriptedConnection implements LiveConnection {
  readonly era: Era
  readonly facts: ServerFacts
  /** Replace it at any time. */
  script: Script
  /** What `probe` does: resolves with it, or rejects with an error. */
  probeResult: ReportedMetrics | Error | undefined = undefined
  /** Every attempt that was started, oldest first. */
  readonly attempts: Attempt[] = []
  /** Attempts without an end, oldest first. */
  readonly open: ScriptedExchange[] = []
  /** Reasons with which attempts were cancelled. */
  readonly cancelled: string[] = []
  readonly notified: JsonRpcNotification[] = []
  probes = 0
  closed = false
  readonly #timers: Timers | undefined
  readonly #listener: ConnectionListener | undefined
  readonly #queued: Behaviour[] = []
  #tools: Readonly<Record<string, ToolFacts>> | undefined
  #lacks: readonly string[]

  constructor(options: ScriptedConnectionOptions = {}) {
    this.era = options.era ?? 'modern'
    this.script = options.script ?? (() => answer())
    this.#timers = options.timers
    this.#listener = options.listener
    this.#tools = options.tools
    this.#lacks = options.lacks ?? []
    this.facts = {
      protocolVersion: this.era === 'modern' ? '2026-07-28' : '2025-11-25',
      serverInfo: { name: 'scripted', version: '0' },
      capabilities: { tools: {} },
      instructions: undefined,
      ...options.facts,
    }
  }

  /** One-off behaviours for the next attempts, before the script is asked again. */
  next(...behaviours: readonly Behaviour[]): void {
    this.#queued.push(...behaviours)
  }

  start(attempt: Attempt): Exchange {
    this.attempts.push(attempt)
    const exchange = new ScriptedExchange(this, attempt)
    this.open.push(exchange)
    if (this.closed) exchange.failSoon(new PoolError('CONNECTION_LOST', 'the scripted connection is closed', { progress: 'not-sent' }))
    else exchange.follow(this.#queued.shift() ?? this.script(attempt), this.#timers)
    return exchange
  }

  serves(kind: CallKind): Serves {
    if (this.#lacks.includes(kind.method)) return 'no'
    if (kind.tool === undefined) return 'yes'
    if (this.#tools === undefined) return 'unknown'
    return this.#tools[kind.tool] === undefined ? 'no' : 'yes'
  }

  tool(name: string): ToolFacts | undefined {
    return this.#tools?.[name]
  }

  /** Changes what is served, and tells the listener. */
  change(changes: { readonly tools?: Readonly<Record<string, ToolFacts>> | undefined; readonly lacks?: readonly string[] }): void {
    if ('tools' in changes) this.#tools = changes.tools
    if (changes.lacks !== undefined) this.#lacks = changes.lacks
    this.#listener?.onServesChanged()
  }

  async probe(_timeout: Milliseconds): Promise<ReportedMetrics | undefined> {
    this.probes++
    if (this.probeResult instanceof Error) throw this.probeResult
    return this.probeResult
  }

  async notify(notification: JsonRpcNotification): Promise<void> {
    this.notified.push(notification)
  }

  async close(): Promise<void> {
    this.closed = true
    this.#failAll(new PoolError('CONNECTION_LOST', 'closed', { progress: 'sent' }))
  }

  /** The connection breaks: attempts under way fail as `sent`, and the listener hears of it. */
  lose(error: Error = new PoolError('CONNECTION_LOST', 'scripted loss', { progress: 'sent' })): void {
    if (this.closed) return
    this.closed = true
    this.#failAll(new PoolError('CONNECTION_LOST', error.message, { progress: 'sent', cause: error }))
    this.#listener?.onLost(error)
  }

  #failAll(failure: AttemptFailure): void {
    for (const exchange of [...this.open]) exchange.fail(failure)
  }
}

/** One attempt in the hands of the test. Its first end counts; what comes later is ignored, as on a real connection. */
export class ScriptedExchange extends Alarm implements Exchange {
  readonly attempt: Attempt
  readonly #connection: ScriptedConnection
  /** True unless it is told to fail before it is sent. */
  written = true
  #behaviour: Behaviour = { does: 'hang' }
  #timers: Timers | undefined = undefined

  constructor(connection: ScriptedConnection, attempt: Attempt) {
    super()
    this.#connection = connection
    this.attempt = attempt
  }

  follow(behaviour: Behaviour, timers: Timers | undefined): void {
    this.#behaviour = behaviour
    this.written = behaviour.does !== 'fail' || behaviour.failure.progress !== 'not-sent'
    if (behaviour.does === 'hang') return
    if (behaviour.after === undefined) queueMicrotask(() => this.fire())
    else if (timers === undefined) throw new Error('a behaviour with `after` needs the option `timers` of ScriptedConnection')
    else {
      this.#timers = timers
      timers.set(this, behaviour.after)
    }
  }

  failSoon(failure: AttemptFailure): void {
    this.follow({ does: 'fail', failure, after: undefined }, undefined)
  }

  override fire(): void {
    const behaviour = this.#behaviour
    if (behaviour.does === 'answer') this.answer(behaviour.result)
    else if (behaviour.does === 'answer-error')
      this.respond({ jsonrpc: '2.0', id: this.attempt.request.id, error: { code: behaviour.code, message: behaviour.message } })
    else if (behaviour.does === 'fail') this.fail(behaviour.failure)
  }

  answer(result: JsonObject): void {
    this.respond({ jsonrpc: '2.0', id: this.attempt.request.id, result })
  }

  respond(response: JsonRpcResponse): void {
    if (this.#end()) this.attempt.onAnswer(response)
  }

  fail(failure: AttemptFailure): void {
    if (this.#end()) this.attempt.onFailure(failure)
  }

  notify(notification: JsonRpcNotification): void {
    if (this.#isOpen()) this.attempt.onNotification(notification)
  }

  /** The server asks the client something. */
  ask(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    if (this.#isOpen()) this.attempt.onRequest(request, reply)
  }

  cancel(reason: string): void {
    if (this.#end()) this.#connection.cancelled.push(reason)
  }

  #isOpen(): boolean {
    return this.#connection.open.includes(this)
  }

  #end(): boolean {
    const at = this.#connection.open.indexOf(this)
    if (at < 0) return false
    this.#connection.open.splice(at, 1)
    this.#timers?.clear(this)
    return true
  }
}
