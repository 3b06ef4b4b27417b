import type { Connection, Era, JsonObject, JsonRpcNotification, JsonRpcRequest, Load, ServerFacts, Target } from '../src/ports.js'
import type { PoolError } from '../src/errors.js'
import type { Engine, EngineCall, EngineExchange, FleetListener, OwnSession, SessionListener, SessionParameters } from '../src/mcp/engine.js'
import { seededRandom, VirtualTime } from '../src/testing/index.js'
import { UNGUARDED } from '../src/testing/scripted-target.js'

export const FACTS: ServerFacts = {
  protocolVersion: '2026-07-28',
  serverInfo: { name: 'replica', version: '9' },
  capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, prompts: {}, logging: {} },
  instructions: 'Be brief.',
}

/** A call in the hands of the test. */
export class ScriptedCall implements EngineExchange {
  readonly call: EngineCall
  cancelled: string | undefined
  constructor(call: EngineCall) {
    this.call = call
  }
  cancel(reason: string): void {
    this.cancelled ??= reason
  }
  get request(): JsonRpcRequest {
    return this.call.request
  }
  accept(): this {
    this.call.onAccepted()
    return this
  }
  answer(result: JsonObject = {}): void {
    this.call.onAnswer({ jsonrpc: '2.0', id: this.call.request.id, result })
  }
  error(code: number, message: string): void {
    this.call.onAnswer({ jsonrpc: '2.0', id: this.call.request.id, error: { code, message } })
  }
  fail(failure: PoolError): void {
    this.call.onFailure(failure)
  }
  notify(method: string, params: JsonObject = {}): void {
    this.call.onNotification({ jsonrpc: '2.0', method, params })
  }
}

export class ScriptedSession implements OwnSession {
  readonly parameters: SessionParameters
  readonly listener: SessionListener
  client: string | undefined
  logLevel: string | undefined
  closed = false
  readonly notified: JsonRpcNotification[] = []
  readonly remembered: Array<Pick<JsonRpcRequest, 'method' | 'params'>> = []
  constructor(parameters: SessionParameters, listener: SessionListener) {
    this.parameters = parameters
    this.listener = listener
  }
  remember(request: Pick<JsonRpcRequest, 'method' | 'params'>): void {
    this.remembered.push({ method: request.method, params: request.params })
  }
  async notify(notification: JsonRpcNotification): Promise<void> {
    this.notified.push(notification)
  }
  async close(): Promise<void> {
    this.closed = true
  }
}

/** A pool without replicas: every call waits for the test, unless `script` takes it. */
export class ScriptedEngine implements Engine {
  readonly timers: VirtualTime = new VirtualTime()
  readonly random: () => number = seededRandom(1)
  readonly identity: Engine['identity'] = { name: 'pool', version: '1.2.3' }
  readonly calls: ScriptedCall[] = []
  readonly sessions: ScriptedSession[] = []
  readonly listeners: FleetListener[] = []
  readonly closeListeners = new Set<() => void>()
  readonly finished: unknown[] = []
  replicas: Target[] = []
  known: ServerFacts[] = [FACTS]
  readiness: () => Promise<void> = () => Promise.resolve()
  /** What is done with a call when it starts. */
  script: (call: ScriptedCall) => void = () => {}

  ready(): Promise<void> {
    return this.readiness()
  }
  facts(): readonly ServerFacts[] {
    return this.known
  }
  replica(id: string): Target | undefined {
    return this.replicas.find((each) => each.id === id)
  }
  call(call: EngineCall): EngineExchange {
    const scripted = new ScriptedCall(call)
    this.calls.push(scripted)
    this.script(scripted)
    return scripted
  }
  watch(listener: FleetListener): () => void {
    this.listeners.push(listener)
    listener.onReplicas(this.replicas)
    return () => void this.listeners.splice(this.listeners.indexOf(listener), 1)
  }
  whenClosed(listener: () => void): () => void {
    this.closeListeners.add(listener)
    return () => void this.closeListeners.delete(listener)
  }
  openSession(parameters: SessionParameters, listener: SessionListener): OwnSession {
    const session = new ScriptedSession(parameters, listener)
    this.sessions.push(session)
    return session
  }
  async finishAuth(callback: string | URLSearchParams, issuer?: string): Promise<void> {
    this.finished.push([callback, issuer])
  }

  /** The last call that was started. */
  get last(): ScriptedCall {
    const call = this.calls.at(-1)
    if (call === undefined) throw new Error('no call was started')
    return call
  }
  setReplicas(...replicas: Target[]): void {
    this.replicas = replicas
    for (const listener of [...this.listeners]) listener.onReplicas(replicas)
  }
  notify(method: string, params: JsonObject = {}, era: Era = 'modern'): void {
    for (const listener of [...this.listeners]) listener.onNotification('a', { jsonrpc: '2.0', method, params }, era)
  }
}

export function scriptedReplica(id: string, era: Era = 'modern'): Target {
  const connection: Connection = {
    era,
    start() {
      throw new Error('the scripted engine starts nothing')
    },
    serves: () => 'yes',
    tool: () => undefined,
  }
  const load: Load = { outstanding: 0, started() {}, settled() {} }
  return { id, place: `${id}#0`, endpointLabel: id, connection, load, guard: UNGUARDED, weight: 1 }
}
