import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BareAttempt, ScriptedTarget } from '../testing/scripted-target.js'
import { CallKinds } from './call-kinds.js'
import { Candidates } from './candidates.js'
import { CostTable } from './cost-table.js'
import { LatencyBook } from './latency-book.js'
import { ReplicaLoad } from './load.js'

const kinds = new CallKinds()
const FAST = kinds.kindOf('tools/call', 'fast')
const SLOW = kinds.kindOf('tools/call', 'slow')

/** Replicas that are compared with each other. */
function replicas(count: number): ReplicaLoad[] {
  const book = new LatencyBook()
  return Array.from({ length: count }, () => new ReplicaLoad(book))
}

function call(load: ReplicaLoad, start: number, latency: number, outcome: 'ok' | 'failed' | 'ignored' = 'ok', kind = FAST, fruitless = false): void {
  const attempt = new BareAttempt(kind)
  load.started(attempt, start)
  attempt.fruitless = fruitless
  load.settled(attempt, outcome, start + latency)
}

/** A call that is answered at once, and with an error. */
function refuse(load: ReplicaLoad, start: number): void {
  call(load, start, 1, 'ignored', FAST, true)
}

/** `count` calls, one a millisecond, that end at `end`. */
function calls(load: ReplicaLoad, count: number, end: number, latency: number, outcome: 'ok' | 'failed' = 'ok', kind = FAST): void {
  for (let i = count - 1; i >= 0; i--) call(load, end - i - latency, latency, outcome, kind)
}

describe('ReplicaLoad', () => {
  it('is never stale to a pick that only looks when it must, whatever happened between two picks', () => {
    const step = fc.record({
      replica: fc.nat(2),
      does: fc.constantFrom('starts' as const, 'answers' as const, 'fails' as const, 'is reported' as const, 'returns' as const, 'is picked from' as const),
      wait: fc.nat(60),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const targets = Array.from({ length: 3 }, (_, i) => new ScriptedTarget(`server-${i}`))
        const loads = targets.map(({ load }) => load)
        const costs = new CostTable(loads)
        for (const [row, load] of loads.entries()) load.moveTo(costs, row)
        const candidates = Candidates.from(costs, targets)
        const open = loads.map((): BareAttempt[] => [])
        let now = 0
        for (const { replica, does, wait } of steps) {
          now += wait
          const load = loads[replica]!
          if (does === 'starts') {
            open[replica]!.push(new BareAttempt(FAST))
            load.started(open[replica]!.at(-1)!, now)
          } else if (does === 'is reported') load.report = { ...load.report, cpuUsage: wait }
          else if (does === 'returns') load.returned(now, 1_000)
          else if (does === 'is picked from') {
            candidates.refresh(now)
            for (let row = 0; row < loads.length; row++) expect(costs.cells[2 * row + 1]).toBeGreaterThan(now)
          } else {
            const attempt = open[replica]!.pop()
            if (attempt !== undefined) load.settled(attempt, does === 'answers' ? 'ok' : 'failed', now)
          }
        }
      }),
    )
  })

  it('counts what is outstanding, for any order of starting and settling, also twice', () => {
    const step = fc.record({
      attempt: fc.nat(7),
      settle: fc.boolean(),
      outcome: fc.constantFrom('ok' as const, 'failed' as const, 'ignored' as const),
      wait: fc.nat(100_000),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const [load] = replicas(1)
        let now = 0
        const attempts = Array.from({ length: 8 }, (_, i) => new BareAttempt(i % 2 === 0 ? FAST : SLOW))
        const open = new Set<BareAttempt>()
        for (const { attempt: index, settle, outcome, wait } of steps) {
          now += wait
          const attempt = attempts[index]!
          if (settle) {
            load!.settled(attempt, outcome, now)
            open.delete(attempt)
          } else if (!open.has(attempt)) {
            load!.started(attempt, now)
            open.add(attempt)
          }
          expect(load!.outstanding).toBe(open.size)
          expect(load!.cost(now)).not.toBeNaN()
        }
        for (const attempt of open) load!.settled(attempt, 'ok', now)
        expect(load!.outstanding).toBe(0)
        for (const { older, newer } of attempts) expect([older, newer]).toEqual([undefined, undefined])
        // Long after the last call nothing is left of them but what decides between equals.
        expect(Math.abs(load!.cost(now + 1_000_000))).toBeLessThanOrEqual(0.45)
      }),
    )
  })

  it('holds nothing against one that was out of use and returned, but what is open', () => {
    const [load] = replicas(1)
    calls(load!, 3, 1_000, 10, 'failed')
    load!.started(new BareAttempt(FAST), 1_000)
    expect(load!.cost(1_000)).toBeGreaterThan(20)
    load!.returned()
    expect(load!.cost(1_000)).toBe(1)
  })

  it('costs 0 idle, and one for each outstanding request', () => {
    const [load] = replicas(1)
    expect(load!.cost(0)).toBe(0)
    for (let i = 1; i <= 50; i++) {
      load!.started(new BareAttempt(FAST), 0)
      expect(load!.cost(0)).toBe(i)
    }
  })

  it('adds what is reported: requests in full, CPU and memory as about one request at most, and no nonsense', () => {
    const [load] = replicas(1)
    load!.report = { activeRequests: 5, averageLatency: undefined, cpuUsage: 0, memoryUsage: 0 }
    expect(load!.cost(0)).toBe(5)
    load!.report = { activeRequests: 0, averageLatency: 40, cpuUsage: 50, memoryUsage: 50 }
    expect(load!.cost(0)).toBeCloseTo(0.55)
    expect(load!.averageLatency).toBe(40)
    load!.report = { activeRequests: Number.NaN, averageLatency: -1, cpuUsage: 1e9, memoryUsage: Number.POSITIVE_INFINITY }
    expect(load!.cost(0)).toBeCloseTo(1.1)
  })

  it('adds the CPU that neighbours have, a request and a half at most, until that is old', () => {
    const [load] = replicas(1)
    const said = { activeRequests: 0, averageLatency: undefined, memoryUsage: 0 }
    load!.report = { ...said, cpuUsage: 80, applicationUsage: 20 }
    expect(load!.cost(0)).toBeCloseTo(0.8 + 1.5 * 0.6)
    expect(load!.cost(20_000)).toBeCloseTo(0.8 + (1.5 * 0.6) / Math.E)
    expect(load!.cost(1e9)).toBeCloseTo(0.8)
    load!.report = { ...said, cpuUsage: 80, applicationUsage: 20 }
    expect(load!.cost(1e9)).toBeCloseTo(0.8 + 1.5 * 0.6)
    // It is busy by itself, or speaks of something else than CPU, or says nothing, or nonsense.
    for (const applicationUsage of [80, 100, 1e9, undefined, Number.NaN, -1]) {
      load!.report = { ...said, cpuUsage: 80, applicationUsage }
      expect(load!.cost(1e9)).toBeCloseTo(0.8)
    }
  })

  it('divides the work by the weight', () => {
    const heavy = new ReplicaLoad(new LatencyBook(), 2)
    const light = new ReplicaLoad(new LatencyBook(), 1)
    for (let i = 0; i < 5; i++) heavy.started(new BareAttempt(FAST), 0)
    for (let i = 0; i < 3; i++) light.started(new BareAttempt(FAST), 0)
    expect(heavy.cost(0)).toBe(2)
    expect(heavy.cost(0)).toBeLessThan(light.cost(0))
  })

  describe('slow start', () => {
    const SLOW_START = 10_000

    it("lets one that returned have as much of the others' work as it is ready for, from a tenth up", () => {
      fc.assert(
        fc.property(fc.nat(2 * SLOW_START), fc.integer({ min: 1, max: 40 }), (passed, outstanding) => {
          const [fresh, old] = replicas(2)
          fresh!.returned(1_000, SLOW_START)
          const now = 1_000 + passed
          for (let i = 0; i < outstanding; i++) old!.started(new BareAttempt(FAST), now)
          let taken = 0
          for (; fresh!.cost(now) < old!.cost(now); taken++) fresh!.started(new BareAttempt(FAST), now)
          const ready = Math.min(1, Math.max(0.1, passed / SLOW_START))
          expect(fresh!.readiness(now)).toBe(ready)
          expect(Math.abs(taken - Math.max(0, ready * (1 + outstanding) - 1))).toBeLessThanOrEqual(1)
        }),
      )
    })

    it('makes no difference where all are new at once', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(3_000)), { maxLength: 100 }), (starts) => {
          const [fresh, old] = [replicas(10), replicas(10)]
          for (const load of fresh) load.returned(0, SLOW_START)
          const order = (loads: readonly ReplicaLoad[], now: number): number[] => {
            const costs = loads.map((load) => load.cost(now))
            return costs.map((_, i) => i).sort((a, b) => costs[a]! - costs[b]! || a - b)
          }
          let now = 0
          for (const [index, wait] of starts) {
            now += wait
            for (const loads of [fresh, old]) loads[index]!.started(new BareAttempt(FAST), now)
            expect(order(fresh, now)).toEqual(order(old, now))
          }
        }),
      )
    })

    it('is over when its time has passed, though nobody asked for it', () => {
      const [load] = replicas(1)
      load!.returned(0, SLOW_START)
      expect(load!.cost(0)).toBeCloseTo(9)
      expect(load!.cost(5_000)).toBeCloseTo(1)
      expect(load!.cost(10_000)).toBe(0)
    })
  })

  describe('learning rate', () => {
    const slownessAfter = (learningRate: number, pause: number): number => {
      const book = new LatencyBook({ learningRate })
      const [slow, ...usual] = Array.from({ length: 5 }, () => new ReplicaLoad(book))
      for (let i = 0; i < 400; i++) {
        for (const load of usual) call(load, i * 5, 10)
        call(slow!, i * 5, 50)
      }
      return slow!.cost(2_050 + pause) - usual[0]!.cost(2_050 + pause)
    }

    it('is how soon one that was slow is as good as any other again', () => {
      expect(slownessAfter(0.1, 0)).toBeGreaterThan(5)
      expect(slownessAfter(1, 0)).toBeGreaterThan(5)
      expect(slownessAfter(0.1, 10_000)).toBeGreaterThan(5)
      expect(slownessAfter(1, 20_000)).toBeLessThan(1)
      expect(slownessAfter(0.02, 60_000)).toBeGreaterThan(5)
      expect(slownessAfter(0.1, 200_000)).toBeLessThan(1)
    })

    it('of 0 leaves latencies out, and counts outstanding, age and failures as ever', () => {
      expect(Math.abs(slownessAfter(0, 0))).toBeLessThan(0.1)
      const [load] = Array.from({ length: 1 }, () => new ReplicaLoad(new LatencyBook({ learningRate: 0 })))
      call(load!, 0, 5, 'failed')
      expect(load!.cost(5)).toBeCloseTo(20, 1)
    })

    it.each([-0.1, 1.1, Number.NaN])('of %d is refused', (learningRate) => {
      expect(() => new LatencyBook({ learningRate })).toThrow(/learningRate must be 0 … 1, got/)
    })
  })

  describe('failures', () => {
    it('weigh 20 requests each when they come out of the blue, a third of that after 10 s', () => {
      const [load] = replicas(1)
      call(load!, 0, 5, 'failed')
      expect(load!.cost(5)).toBeCloseTo(20, 1)
      expect(load!.cost(10_005)).toBeCloseTo(20 / Math.E, 1)
      call(load!, 10_005, 0, 'failed')
      expect(load!.cost(10_005)).toBeGreaterThan(20)
    })

    it('weigh hardly anything where all replicas fail alike', () => {
      const fleet = replicas(4)
      for (let i = 0; i < 2_000; i++) call(fleet[i % 4]!, i * 5, 5, i % 10 === Math.floor(i / 40) % 10 ? 'failed' : 'ok')
      const costs = fleet.map((load) => load.cost(10_005))
      expect(Math.max(...costs) - Math.min(...costs)).toBeLessThan(2)
    })

    it('are told from answers after many good ones within a few calls', () => {
      const [bad, good] = replicas(2)
      for (let i = 0; i < 300; i++) for (const load of [bad!, good!]) call(load, i * 10, 5)
      for (let i = 0; i < 4; i++) call(bad!, 3_000, 5, 'failed')
      expect(bad!.cost(3_005) - good!.cost(3_005)).toBeGreaterThan(10)
    })

    it('weigh little once in a hundred calls, and next to nothing after the next good ones', () => {
      const [once, never] = replicas(2)
      for (let i = 0; i < 200; i++) for (const load of [once!, never!]) call(load, i * 10, 5)
      call(once!, 2_000, 5, 'failed')
      expect(once!.cost(2_005) - never!.cost(2_005)).toBeLessThan(5)
      for (let i = 0; i < 16; i++) call(once!, 2_010 + i * 10, 5)
      expect(once!.cost(2_250) - never!.cost(2_250)).toBeLessThan(1)
    })

    it('are usual as soon as everyone has them, however long nobody had', () => {
      const fleet = replicas(4)
      for (let i = 0; i < 40_000; i++) call(fleet[i % 4]!, i * 90, 5)
      for (let i = 0; i < 2_000; i++) call(fleet[i % 4]!, 3_600_000 + i * 25, 5, Math.floor(i / 4) % 2 === 0 ? 'failed' : 'ok')
      const costs = fleet.map((load) => load.cost(3_650_000))
      expect(Math.max(...costs)).toBeLessThan(5)
    })

    it('are forgiven more slowly by those that fail whenever they are tried, and as fast as ever after some answers', () => {
      const [load] = replicas(1)
      const weighs = (now: number): number => load!.cost(now)
      const forgivenAfter = (failedAt: number): number => {
        let now = failedAt
        while (weighs(now) > 2) now += 1_000
        return now
      }
      call(load!, 0, 5, 'failed')
      const first = forgivenAfter(5)
      call(load!, first, 5, 'failed')
      const second = forgivenAfter(first + 5)
      call(load!, second, 5, 'failed')
      const third = forgivenAfter(second + 5)
      call(load!, third, 5, 'failed')
      const fourth = forgivenAfter(third + 5)
      expect((second - first) / first).toBeGreaterThan(1.7)
      expect((third - second) / first).toBeGreaterThan(3.4)
      expect((fourth - third) / first).toBeLessThan(5)
      for (let i = 0; i < 20; i++) call(load!, fourth + i * 10, 5)
      call(load!, fourth + 200_000, 5, 'failed')
      expect((forgivenAfter(fourth + 200_005) - (fourth + 200_005)) / first).toBeLessThan(1.2)
    })

    it('of ten calls that were under way when it crashed are one', () => {
      const [crashed, once] = replicas(2)
      const attempts = Array.from({ length: 10 }, () => new BareAttempt(FAST))
      for (const attempt of attempts) crashed!.started(attempt, 0)
      for (const [i, attempt] of attempts.entries()) crashed!.settled(attempt, 'failed', 5 + i)
      call(once!, 0, 5, 'failed')
      // Ten weigh more than one, and decay as fast.
      const decay = (load: ReplicaLoad): number => load.cost(15_000) / load.cost(5_000)
      expect(decay(crashed!)).toBeCloseTo(decay(once!), 1)
    })

    it('that nobody is to blame for are not counted', () => {
      const [load] = replicas(1)
      call(load!, 0, 5, 'ignored')
      expect(load!.cost(5)).toBe(0)
    })
  })

  describe('answers without fruit', () => {
    it("are nobody's failure: a few more than usual, among others, weigh next to nothing", () => {
      const [load] = replicas(2)
      calls(load!, 20, 1_000, 5)
      refuse(load!, 1_000)
      expect(load!.cost(1_050)).toBeLessThan(0.5)
      calls(load!, 5, 1_100, 5)
      refuse(load!, 1_100)
      expect(load!.cost(1_150)).toBeLessThan(0.5)
    })

    it('weigh as failures of one that has hardly any others, and are forgiven with time', () => {
      const [refusing, other] = replicas(2)
      for (const load of [refusing!, other!]) calls(load, 20, 1_000, 5)
      for (let i = 0; i < 8; i++) refuse(refusing!, 1_000 + 5 * i)
      expect(refusing!.cost(1_050) - other!.cost(1_050)).toBeGreaterThan(20)
      expect(refusing!.isFailing(1_050)).toBe(false)
      expect(refusing!.cost(300_000) - other!.cost(300_000)).toBeLessThan(0.5)
    })

    it('weigh nothing where all replicas give them alike', () => {
      const fleet = replicas(3)
      for (let i = 0; i < 1_000; i++) for (const load of fleet) refuse(load, 30 * i)
      for (const load of fleet) expect(load.cost(30_050)).toBeLessThan(1)
    })

    it('are no evidence of speed: one that is quick to refuse is not quick', () => {
      const [refusing, other] = replicas(2)
      for (let i = 0; i < 50; i++) for (const load of [refusing!, other!]) call(load, 200 * i, 200)
      const before = refusing!.cost(10_050)
      for (let i = 0; i < 50; i++) {
        call(refusing!, 10_000 + 200 * i, 1, 'ok', FAST, true)
        for (const load of [refusing!, other!]) call(load, 10_000 + 200 * i, 200)
      }
      expect(refusing!.cost(20_050)).toBeGreaterThan(before - 0.1)
      expect(refusing!.statistics.answered).toBe(150)
    })
  })

  describe('latency', () => {
    it.each([
      [Math.E, 3, 5],
      [Math.sqrt(Math.E), 0.8, 2.5],
      [1 / Math.E, -1, 0],
    ])('is judged against other replicas in logarithms, squared: %d times as long weighs %d … %d requests, with enough evidence', (times, least, most) => {
      const [slow, ...usual] = replicas(10)
      for (let i = 0; i < 400; i++) {
        for (const load of usual) call(load, i * 20, 10)
        call(slow!, i * 20, 10 * times)
      }
      const weight = slow!.cost(8_040) - usual[0]!.cost(8_040)
      expect(weight).toBeGreaterThan(least)
      expect(weight).toBeLessThan(most)
    })

    it('weighs more where replicas hold many requests, in proportion', () => {
      const fleet = replicas(4)
      const table = new CostTable(fleet)
      for (const [row, load] of fleet.entries()) load.moveTo(table, row)
      for (let i = 0; i < 100; i++) for (const [at, load] of fleet.entries()) call(load, i * 20, at === 0 ? 100 : 10)
      const apart = (): number => fleet[0]!.cost(2_100) - fleet[1]!.cost(2_100)
      const few = apart()
      for (const load of fleet) for (let i = 0; i < 25; i++) load.started(new BareAttempt(FAST), 2_100)
      const many = fleet[0]!.cost(2_200) - fleet[1]!.cost(2_200)
      expect(many / few).toBeGreaterThan(8)
      expect(many / few).toBeLessThan(12)
    })

    it('of a busy replica that turns slow is known by some tens of answers, whatever thousands before them were', () => {
      const [turning, other] = replicas(2)
      for (let i = 0; i < 3_000; i++) for (const load of [turning!, other!]) call(load, i, 10)
      for (let i = 0; i < 40; i++) call(turning!, 3_000 + i, 100), call(other!, 3_000 + i, 10)
      expect(turning!.cost(3_200) - other!.cost(3_200)).toBeGreaterThan(5)
    })

    it('of one kind that is mostly short and now and then very long is no fault of those that had a long one', () => {
      const fleet = replicas(4)
      for (let i = 0; i < 400; i++) call(fleet[i % 4]!, i * 20, 10)
      fleet[0]!.started(new BareAttempt(FAST), 8_000)
      call(fleet[0]!, 8_000, 30_000)
      for (let i = 0; i < 400; i++) call(fleet[i % 4]!, 30_000 + i * 20, 10)
      expect(fleet[0]!.cost(38_000) - fleet[1]!.cost(38_000)).toBeLessThan(1.5)
    })

    it('decides between equals only, as long as it is little: never against one request less', () => {
      fc.assert(
        fc.property(fc.double({ min: 0.85, max: 1.2, noNaN: true }), fc.nat(400), (times, count) => {
          const [one, ...others] = replicas(10)
          for (let i = 0; i < count; i++) {
            for (const load of others) call(load, i * 20, 10)
            call(one!, i * 20, 10 * times)
          }
          for (const other of others) expect(Math.abs(one!.cost(8_040) - other.cost(8_040))).toBeLessThan(1)
        }),
      )
    })

    it('is judged by kind: a slow tool is no slow replica', () => {
      const [reports, pings] = replicas(2)
      for (let i = 1; i <= 100; i++) {
        call(pings!, i * 100 - 5, 5, 'ok', FAST)
        call(reports!, i * 100 - 5_000, 5_000, 'ok', SLOW)
      }
      expect(reports!.cost(10_000)).toBeCloseTo(pings!.cost(10_000), 1)
    })

    it('of one call says little', () => {
      const [unlucky, other] = replicas(2)
      calls(other!, 8, 100, 10)
      call(unlucky!, 0, 100)
      expect(unlucky!.cost(100)).toBeLessThan(1)
    })
  })

  describe('age', () => {
    it('of requests that stay open far beyond what is typical weighs more and more, before any of them ends', () => {
      const [hole, other] = replicas(2)
      for (const load of [hole!, other!]) calls(load, 20, 1_000, 10)
      for (let i = 0; i < 5; i++) hole!.started(new BareAttempt(FAST), 1_000)
      const at = (now: number): number => hole!.cost(now) - other!.cost(now)
      const [young, old, older] = [at(1_010), at(2_000), at(9_000)]
      expect(young).toBeCloseTo(5, 1)
      expect(old).toBeGreaterThan(young + 0.5)
      expect(older).toBeGreaterThan(old)
    })

    it('does not count while the server waits for the client', () => {
      const [asking, other] = replicas(2)
      for (const load of [asking!, other!]) calls(load, 20, 1_000, 10)
      const attempt = new BareAttempt(FAST)
      attempt.waiting = true
      asking!.started(attempt, 1_000)
      expect(asking!.cost(9_000) - other!.cost(9_000)).toBeCloseTo(1, 1)
      asking!.settled(attempt, 'ignored', 9_000)
      expect(asking!.cost(9_050) - other!.cost(9_050)).toBeCloseTo(0, 1)
    })

    it('goes on counting when the caller gives up', () => {
      const [hole, other] = replicas(2)
      for (const load of [hole!, other!]) calls(load, 20, 1_000, 10)
      for (let i = 0; i < 5; i++) call(hole!, 1_000, 5_000, 'ignored')
      expect(hole!.cost(6_000) - other!.cost(6_000)).toBeGreaterThan(1)
    })
  })

  it('believes slow answers of a tool that always takes as long, and hardly those of one that takes 10 ms or 30 s', () => {
    const cost = (latencyOf: (i: number) => number): number => {
      const [slow, usual] = replicas(2)
      for (let i = 0; i < 100; i++) call(usual!, i, latencyOf(i))
      for (let i = 0; i < 4; i++) call(slow!, 200, 3 * latencyOf(19))
      return slow!.cost(1_000)
    }
    expect(cost(() => 200)).toBeGreaterThan(1)
    expect(cost((i) => (i % 20 === 0 ? 30_000 : 10))).toBeLessThan(0.5)
  })

  it('spreads what comes one by one, though one replica is a little faster', () => {
    const fleet = replicas(3)
    const counts = [0, 0, 0]
    for (let i = 0; i < 600; i++) {
      const costs = fleet.map((load) => load.cost(i * 100))
      const chosen = costs.indexOf(Math.min(...costs))
      counts[chosen]!++
      call(fleet[chosen]!, i * 100, chosen === 1 ? 9 : 10)
    }
    for (const count of counts) expect(count).toBeGreaterThan(120)
  })

  it('keeps statistics for people', () => {
    const [load] = replicas(1)
    for (let i = 0; i < 10; i++) call(load!, i, 20)
    for (let i = 0; i < 2; i++) call(load!, 20, 5_000, 'failed')
    call(load!, 30, 1, 'ignored')
    const { statistics } = load!
    expect(statistics).toMatchObject({ total: 13, failed: 2, consecutiveFailures: 2, averageLatency: 20 })
    expect(statistics.quantile(0.99)).toBeGreaterThan(19)
    call(load!, 40, 20)
    expect(statistics.consecutiveFailures).toBe(0)
    expect(load!.averageLatency).toBe(20)
  })
})
