import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OpenAttempt, PathWorld } from '../test/path-world.js'
import { type CallPathSettings, guardOf } from './call-path.js'
import type { Attempt } from './ports.js'

const settings: fc.Arbitrary<Partial<CallPathSettings>> = fc.record({
  requestTimeout: fc.constantFrom(300, 3_000),
  callTimeout: fc.constantFrom(500, 6_000),
  retryAttempts: fc.nat(3),
  retryDelay: fc.constantFrom(0, 100),
  maxRetryDelay: fc.constant(400),
  hedge: fc.option(fc.record({ after: fc.constantFrom(20, 100), maxExtra: fc.constant(1) }), { nil: undefined }),
  breakerThreshold: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  breakerResetTimeout: fc.constantFrom(100, 2_000),
  breakerTrials: fc.integer({ min: 1, max: 3 }),
  maxEjectionPercent: fc.constantFrom(0, 50, 100),
  panicThreshold: fc.constantFrom(50, 100),
  baseEjectionTime: fc.constant(300),
  maxConcurrentRequestsPerClient: fc.constantFrom(undefined, 1, 2),
  maxConcurrentRequestsPerTool: fc.constantFrom({}, { work: 1 }),
  enablePriorityQueues: fc.boolean(),
  queueTimeout: fc.constantFrom(100, 2_000),
  maxQueueSize: fc.constantFrom(1, 4),
})

type Act =
  | { readonly does: 'call'; readonly safe: boolean; readonly tool: string; readonly goes: 'anywhere' | 'to one' | 'by key' | 'in session' | 'as stream' }
  | { readonly does: 'answer' | 'unknown' | 'fail' | 'refuse' | 'lose' | 'ask' | 'cancel' | 'toggle' | 'wait for a client'; readonly which: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('call' as const),
      safe: fc.boolean(),
      tool: fc.constantFrom('work', 'other'),
      goes: fc.constantFrom('anywhere', 'anywhere', 'to one', 'by key', 'in session', 'as stream'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom('answer', 'answer', 'unknown', 'fail', 'fail', 'refuse', 'lose', 'ask', 'cancel', 'toggle', 'wait for a client'),
      which: fc.nat(50),
    }),
  },
)

type Step = Act | { readonly does: 'pass'; readonly ms: number } | { readonly does: 'shut down' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: act },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1, 20, 100, 500, 3_000, 30_000) }) },
  { weight: 1, arbitrary: fc.constant({ does: 'shut down' as const }) },
)

/** What a connection does before `start` returns. */
type Haste = 'none' | 'answers' | 'fails' | 'loses' | 'is answered by somebody else'

/** A world in which whoever is told of anything may do anything, at once. */
class Theatre {
  readonly world: PathWorld
  /** By call: attempts that may have run. */
  readonly runs = new Map<number, number>()
  readonly unsafe = new Set<number>()
  readonly streams = new Set<number>()
  readonly waits = { begun: 0, ended: 0 }
  readonly #reactions: Act[]
  readonly #haste: Haste[]
  #depth = 0
  #down = false

  constructor(replicas: number, options: Partial<CallPathSettings>, reactions: readonly Act[], haste: readonly Haste[]) {
    this.world = new PathWorld(replicas, options)
    this.#reactions = [...reactions]
    this.#haste = [...haste]
    for (const [i, replica] of this.world.replicas.entries()) {
      if (i % 2 === 1) Object.assign(replica, { era: 'legacy' })
      const start = replica.start.bind(replica)
      replica.start = (attempt: Attempt): OpenAttempt => {
        const id = attempt.request.id as number
        this.runs.set(id, (this.runs.get(id) ?? 0) + 1)
        const exchange = start(attempt)
        const haste = this.#haste.shift() ?? 'none'
        if (haste === 'answers') exchange.answer()
        else if (haste === 'fails') exchange.fail('sent')
        else if (haste === 'loses') this.#notRun(exchange, 'not-sent')
        else if (haste === 'is answered by somebody else') this.world.react()
        return exchange
      }
    }
    this.world.react = () => {
      if (this.#depth >= 3) return
      const reaction = this.#reactions.shift()
      if (reaction === undefined) return
      this.#depth++
      this.act(reaction)
      this.#depth--
    }
  }

  act(it: Act): void {
    const { world } = this
    if (it.does === 'call') {
      if (this.#down) return
      const id = world.calls.length
      const replica = world.replicas[id % world.replicas.length]!
      if (!it.safe) this.unsafe.add(id)
      if (it.goes === 'as stream') this.streams.add(id)
      const way = {
        anywhere: {},
        'to one': { only: replica },
        'by key': { affinity: `key ${id % 3}` },
        'in session': { session: { client: replica.id } },
        'as stream': { stream: true },
      }[it.goes]
      world.call({ idempotent: it.safe, priority: (['high', 'normal', 'low'] as const)[id % 3]!, ...way }, it.tool)
    } else if (it.does === 'cancel') world.calls[it.which % Math.max(1, world.calls.length)]?.cancel()
    else if (it.does === 'toggle') {
      const replica = world.replicas[it.which % world.replicas.length]!
      world.update(world.replicas.filter((other) => (other === replica) !== world.present.includes(other)))
    } else if (it.does === 'wait for a client') {
      this.waits.begun++
      const ended = (): number => this.waits.ended++
      world.path.whenNext({ affinity: `key ${it.which % 3}` }).then(ended, ended)
    } else this.#end(it)
  }

  #end({ does, which }: Act & { which: number }): void {
    const attempt = this.world.open[which % Math.max(1, this.world.open.length)]
    if (attempt === undefined) return
    if (does === 'answer') attempt.answer()
    else if (does === 'ask') attempt.ask()
    else if (does === 'fail') attempt.fail('sent')
    else if (does === 'unknown') this.#unknown(attempt)
    else this.#notRun(attempt, does === 'refuse' ? 'refused' : 'not-sent')
  }

  #unknown(attempt: PathWorld['open'][number]): void {
    this.#didNotRun(attempt.call)
    attempt.cancel()
    attempt.attempt.onAnswer({ jsonrpc: '2.0', id: attempt.call, error: { code: -32601, message: 'unknown' } })
  }

  #notRun(attempt: PathWorld['open'][number], progress: 'refused' | 'not-sent'): void {
    this.#didNotRun(attempt.call)
    attempt.fail(progress, progress === 'refused' ? 300 : undefined)
  }

  #didNotRun(call: number): void {
    this.runs.set(call, this.runs.get(call)! - 1)
  }

  shutDown(): void {
    this.#down = true
    this.world.path.shutDown()
    this.world.path.calls.abandonAll()
  }
}

function check({ world, runs, unsafe, streams }: Theatre, options: Partial<CallPathSettings>): void {
  const unsettled = world.calls.filter(({ id, answers, errors, cancelled }) => !streams.has(id) && !cancelled && answers.length + errors.length === 0)
  expect(world.path.calls.underWay).toBe(unsettled.length)
  for (const { answers, errors } of world.calls) expect(answers.length + errors.length).toBeLessThanOrEqual(1)
  for (const id of unsafe) expect(runs.get(id) ?? 0).toBeLessThanOrEqual(1)
  const places = options.maxConcurrentRequestsPerClient
  for (const replica of world.replicas) {
    const open = [...replica.open].filter(({ call }) => !streams.has(call)).length
    expect(replica.load.outstanding).toBe(open)
    if (typeof places === 'number') expect(open).toBeLessThanOrEqual(places)
    const { seat } = guardOf(replica)
    if (seat.ejection.trial !== undefined) expect([...replica.open].map(({ attempt }) => attempt)).toContain(seat.ejection.trial)
  }
  expect(world.path.statistics.queue?.waiting ?? 0).toBeLessThanOrEqual(options.maxQueueSize!)
}

describe('whoever listens may do anything to the pool, at once', () => {
  it('and every call is settled once, runs once where it may not run twice, and leaves no place taken and no alarm', async () => {
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 60 }),
        fc.array(act, { maxLength: 40 }),
        fc.array(fc.constantFrom<Haste>('none', 'none', 'answers', 'fails', 'loses', 'is answered by somebody else'), { maxLength: 40 }),
        async (options, replicas, steps, reactions, haste) => {
          const theatre = new Theatre(replicas, options, reactions, haste)
          const { world, streams, waits } = theatre
          for (const it of steps) {
            if (it.does === 'pass') world.time.advance(it.ms)
            else if (it.does === 'shut down') theatre.shutDown()
            else theatre.act(it)
            check(theatre, options)
          }
          world.react = () => {}
          world.time.advance(60_000)
          for (const id of streams) world.calls[id]!.cancel()
          check(theatre, options)
          expect(world.path.calls.underWay).toBe(0)
          expect(world.open).toEqual([])
          world.path.shutDown()
          world.path.stop()
          expect(world.time.pending).toBe(0)
          await Promise.resolve().then(() => {})
          expect(waits.ended).toBe(waits.begun)
        },
      ),
      { numRuns: 500 },
    )
  })
})
