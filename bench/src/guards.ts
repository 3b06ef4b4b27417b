import { bulkhead, circuitBreaker, ExponentialBackoff, handleAll, type IPolicy, retry, SamplingBreaker, timeout, TimeoutStrategy, wrap } from 'cockatiel'
import CircuitBreaker from 'opossum'
import { CallPath, type CallPathSettings } from '../../packages/pool/dist/call-path.js'
import { type PoolOptions, resolveConfig } from '../../packages/pool/dist/config/index.js'
import type { Attempt, Connection, Exchange, JsonRpcRequest, JsonRpcResponse, Target, ToolFacts } from '../../packages/pool/dist/ports.js'
import { systemTimers } from '../../packages/pool/dist/system-timers.js'

/** What stands in front of an exchange. Calls are begun, and then answered, so that some are always outstanding. */
export interface Guarded {
  call(): unknown
  answer(): void
}

const CLIENTS = 10
const REQUEST: JsonRpcRequest = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } } }
const ANSWER: JsonRpcResponse = { jsonrpc: '2.0', id: 1, result: { content: [] } }
const FACTS: ToolFacts = { readOnly: true, idempotent: true }
const EXCHANGE: Exchange = { written: true, cancel: () => {} }

const settings = (options: Partial<PoolOptions>): CallPathSettings => resolveConfig({ endpoints: [{ url: 'http://127.0.0.1/mcp' }], ...options })

const EVERYTHING: Partial<PoolOptions> = {
  enableAdaptiveBalancing: true,
  breakerThreshold: 5,
  hedge: {},
  enablePriorityQueues: true,
  maxConcurrentRequestsPerClient: 'adaptive',
  maxConcurrentRequestsPerTool: { echo: 100 },
}

/** The pool's own way, whole, over connections that keep what they are given until it is answered. */
function callPath(options: Partial<PoolOptions>, promised: boolean): Guarded {
  let open: Attempt[] = []
  const connection: Connection = {
    era: 'modern',
    serves: () => 'yes',
    tool: () => FACTS,
    start: (attempt) => {
      open.push(attempt)
      return EXCHANGE
    },
  }
  const path = new CallPath({
    timers: systemTimers(),
    random: Math.random,
    settings: settings(options),
    totals: { totalRequests: 0, failedRequests: 0, averageLatency: 0 },
    requiredEra: () => undefined,
    answerServer: () => false,
    recovering: () => false,
    onBusy: () => {},
    onSettled: () => {},
    onHealthChange: () => {},
    onBadTime: () => {},
    onSettling: () => {},
  })
  path.update(
    Array.from(
      { length: CLIENTS },
      (_, i): Target => ({
        id: `client-${i}`,
        place: `server-${i}/0`,
        endpointLabel: `http://server-${i}/mcp`,
        connection,
        load: path.newLoad(1),
        guard: path.newGuard(),
        weight: 1,
      }),
    ),
  )
  const terms = { era: 'legacy' } as const
  const onFailure = (error: Error): never => {
    throw error
  }
  const listener = { onAnswer: () => {}, onFailure }
  return {
    call: promised ? () => new Promise((onAnswer) => path.start(REQUEST, terms, { onAnswer, onFailure })) : () => path.start(REQUEST, terms, listener),
    answer: () => {
      const answered = open
      open = []
      for (const attempt of answered) attempt.onAnswer(ANSWER)
    },
  }
}

/** A peer answers by itself: its exchange is a promise that is fulfilled already. In turn over as many of them as there are clients. */
function peer(make: () => () => unknown): Guarded {
  const guards = Array.from({ length: CLIENTS }, make)
  let turn = 0
  return { call: () => guards[turn++ % CLIENTS]!(), answer: () => {} }
}

const answered = Promise.resolve(ANSWER)
const exchange = (): Promise<JsonRpcResponse> => answered
const through = (policy: IPolicy) => () => policy.execute(exchange)
const breaker = () => circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new SamplingBreaker({ threshold: 0.5, duration: 60_000 }) })
const attempts = () => retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff({ initialDelay: 1_000, maxDelay: 10_000 }) })

export const SUBJECTS: Readonly<Record<string, () => Guarded>> = {
  'everything on': () => callPath(EVERYTHING, false),
  'everything on, and the promise of pool.request': () => callPath(EVERYTHING, true),
  'as it is by default': () => callPath({}, false),
}

export const PEERS: Readonly<Record<string, () => Guarded>> = {
  'nothing but a promise': () => peer(() => () => new Promise((resolve) => resolve(ANSWER))),
  'cockatiel: breaker': () => peer(() => through(breaker())),
  'cockatiel: retry, breaker': () => peer(() => through(wrap(attempts(), breaker()))),
  'cockatiel: retry, breaker, timeout': () => peer(() => through(wrap(attempts(), breaker(), timeout(30_000, TimeoutStrategy.Cooperative)))),
  'cockatiel: bulkhead, retry, breaker, timeout': () =>
    peer(() => through(wrap(bulkhead(32, 1_000), attempts(), breaker(), timeout(30_000, TimeoutStrategy.Cooperative)))),
  'opossum: breaker': () => peer(() => opossum(false)),
  'opossum: breaker, timeout': () => peer(() => opossum(30_000)),
}

function opossum(limit: number | false): () => unknown {
  const circuit = new CircuitBreaker(exchange, { timeout: limit, errorThresholdPercentage: 50, resetTimeout: 30_000, volumeThreshold: 10 })
  return () => circuit.fire()
}
