import type { Milliseconds, Timers } from '../../ports.js'
import { chanceOf, subSeed } from './chance.js'
import { sampler } from './distribution.js'
import type { Job, JobPlace } from './job.js'
import { Phases } from './phases.js'
import type { ReplicaGroup, Trouble } from './scenario.js'
import { seededRandom } from '../seeded-random.js'
import type { Tally } from './tally.js'

/** How long it takes to hear that nobody listens, or that the queue is full. */
const SHORT: Milliseconds = 1

/** From such a probability on one who knows everything avoids it. */
const BAD = 0.05

const CHANCE = { trouble: 10, phases: 20, stall: 30 }

type Troubled<Does extends Trouble['does']> = Extract<Trouble, { does: Does }> & { readonly phases: Phases; readonly key: number }

/** In percent; see `ReplicaReport`. */
export interface UtilisationReport {
  readonly cpuUsage: number
  readonly applicationUsage?: number
}

/**
 * A server as the pool's calls find it: `slots` that work, and a queue, first come, first served.
 *
 *     submit ─▶ queue ─▶ slot ─▶ answered | failed
 *         └─▶ swallowed: hangs until it is given up
 *
 * While it is slow everything in its slots is, unless the scenario spares it: what is left of a job is done at the speed of the moment.
 */
export class Replica implements JobPlace {
  readonly index: number
  readonly group: ReplicaGroup
  readonly #timers: Timers
  readonly #seed: number
  readonly #tally: Tally
  readonly #slow: ReadonlyArray<Troubled<'slow'>>
  readonly #fail: ReadonlyArray<Troubled<'fail'>>
  readonly #hang: ReadonlyArray<Troubled<'hang'>>
  readonly #stall: ReadonlyArray<Troubled<'stall'>>
  readonly #running = new Set<Job>()
  readonly #hanging = new Set<Job>()
  #first: Job | undefined
  #last: Job | undefined
  #waiting = 0
  #up = true
  #drained: (() => void) | undefined
  #coldUntil: Milliseconds

  constructor(index: number, group: ReplicaGroup, timers: Timers, seed: number, tally: Tally) {
    this.index = index
    this.group = group
    this.#timers = timers
    this.#seed = seed
    this.#tally = tally
    const troubles = group.troubles.map((trouble, key) => ({
      ...trouble,
      key,
      phases: new Phases(trouble.when, seededRandom(subSeed(seed, CHANCE.phases + key, index))),
    }))
    const only = <Does extends Trouble['does']>(does: Does): Array<Troubled<Does>> =>
      troubles.filter((trouble): trouble is typeof trouble & Troubled<Does> => trouble.does === does)
    this.#slow = only('slow')
    this.#fail = only('fail')
    this.#hang = only('hang')
    this.#stall = only('stall')
    // What ran before the run began is warm.
    this.#coldUntil = Number.NEGATIVE_INFINITY
  }

  /** Everything that it has: running, waiting, swallowed. */
  get outstanding(): number {
    return this.#running.size + this.#waiting + this.#hanging.size
  }

  get freeSlots(): number {
    return this.#up ? this.group.slots - this.#running.size : 0
  }

  get up(): boolean {
    return this.#up
  }

  /** What it reports of itself, in percent; requests over slots are over 100 while some wait. undefined: it reports nothing. */
  reportAt(now: Milliseconds): UtilisationReport | undefined {
    const { reports, slots, speed } = this.group
    if (reports === false) return undefined
    if (reports !== 'cpu' && reports !== 'own-cpu') return { cpuUsage: (100 * this.outstanding) / slots }
    // What it is slower than it should be, others have of the machine.
    const left = Math.min(1, this.speedAt(now) / speed)
    const own = left * Math.min(1, this.#running.size / slots)
    const cpuUsage = 100 * (1 - left + own)
    return reports === 'cpu' ? { cpuUsage } : { cpuUsage, applicationUsage: 100 * own }
  }

  /** One who knows everything would send nothing here. */
  isBad(now: Milliseconds): boolean {
    if (!this.#up) return true
    for (const { probability, phases } of this.#fail) if (probability >= BAD && phases.isOn(now)) return true
    for (const { probability, phases } of this.#hang) if (probability >= BAD && phases.isOn(now)) return true
    return false
  }

  speedAt(now: Milliseconds): number {
    let speed = this.group.speed
    for (const each of this.#slow) if (each.phases.isOn(now)) speed *= each.speed
    return now < this.#coldUntil ? speed * this.group.warmUp!.speed : speed
  }

  // ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────────

  submit(job: Job, now: Milliseconds): void {
    job.place = this
    if (!this.#up) return this.#refuse(job, 'unreachable')
    for (const { probability, phases, key, after } of this.#hang) {
      if (!phases.isOn(now) || chanceOf(this.#seed, job.call, job.nth, CHANCE.trouble + key) >= probability) continue
      job.state = 'hanging'
      job.failure = 'lost'
      this.#hanging.add(job)
      if (after !== undefined) this.#timers.set(job, after)
      return
    }
    if (this.#running.size < this.group.slots) return this.#begin(job, now)
    if (this.#waiting >= this.group.queue) return this.#refuse(job, 'refusal')
    job.state = 'queued'
    job.ahead = this.#last
    if (this.#last === undefined) this.#first = job
    else this.#last.behind = job
    this.#last = job
    this.#waiting++
  }

  /** It is not wanted any more: what waits leaves the queue, what runs leaves its slot where the server takes note. */
  cancel(job: Job, cancellable: boolean, now: Milliseconds): void {
    switch (job.state) {
      case 'over':
        this.#timers.clear(job)
        return
      case 'hanging':
        this.#timers.clear(job)
        this.#hanging.delete(job)
        break
      case 'queued':
        this.#unlink(job)
        break
      case 'running':
        if (!cancellable) return
        this.#timers.clear(job)
        this.#running.delete(job)
        this.#next(now)
    }
    job.state = 'over'
    this.#checkDrained()
  }

  done(job: Job, now: Milliseconds): void {
    const { failure } = job
    if (job.state === 'running') {
      this.#running.delete(job)
      this.#next(now)
    } else this.#hanging.delete(job)
    job.state = 'over'
    this.#checkDrained()
    if (job.distance === 0 || failure === 'lost') return told(job, now)
    job.place = ON_THE_WAY
    this.#timers.set(job, job.distance)
  }

  /** A refusal takes a moment, but no slot. */
  #refuse(job: Job, failure: 'unreachable' | 'refusal'): void {
    job.failure = failure
    this.#timers.set(job, SHORT)
  }

  #begin(job: Job, now: Milliseconds): void {
    this.#running.add(job)
    job.state = 'running'
    job.startedAt = now
    for (const { probability, phases, key, as, after } of this.#fail) {
      if (!phases.isOn(now) || chanceOf(this.#seed, job.call, job.nth, CHANCE.trouble + key) >= probability) continue
      job.failure = as
      // A refusal says that it did not run.
      if (as !== 'refusal') this.#tally.executed(job.call)
      this.#timers.set(job, after)
      return
    }
    this.#tally.executed(job.call)
    this.#timers.set(job, this.#finishAt(now, this.#tally.workload.work[job.call]!) - now + this.#stalled(job, now))
  }

  #stalled(job: Job, now: Milliseconds): Milliseconds {
    let delay = 0
    for (const { probability, phases, key, delay: distribution } of this.#stall) {
      if (!phases.isOn(now) || chanceOf(this.#seed, job.call, job.nth, CHANCE.trouble + key) >= probability) continue
      delay += sampler(distribution, seededRandom(subSeed(this.#seed ^ job.nth, CHANCE.stall + key, job.call)))()
    }
    return delay
  }

  #finishAt(from: Milliseconds, work: number): Milliseconds {
    let now = from
    let left = work
    for (;;) {
      const speed = this.speedAt(now)
      const change = this.#nextChange(now)
      if (change === Number.POSITIVE_INFINITY || left <= (change - now) * speed) return now + left / speed
      left -= (change - now) * speed
      now = change
    }
  }

  #nextChange(now: Milliseconds): Milliseconds {
    let change = now < this.#coldUntil ? this.#coldUntil : Number.POSITIVE_INFINITY
    for (const { phases, sparesRunning } of this.#slow) if (!sparesRunning) change = Math.min(change, phases.nextChange(now))
    return change
  }

  #next(now: Milliseconds): void {
    const job = this.#first
    if (job === undefined) return
    this.#unlink(job)
    this.#begin(job, now)
  }

  #unlink(job: Job): void {
    if (job.ahead === undefined) this.#first = job.behind
    else job.ahead.behind = job.behind
    if (job.behind === undefined) this.#last = job.ahead
    else job.behind.ahead = job.ahead
    job.ahead = undefined
    job.behind = undefined
    this.#waiting--
  }

  // ── Restarts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Calls back once, as soon as nothing is left. Whoever drains it sends nothing new. */
  whenDrained(drained: (() => void) | undefined): void {
    this.#drained = drained
    this.#checkDrained()
  }

  /** The process is gone, and what it had with it. */
  stop(now: Milliseconds): void {
    this.#up = false
    this.#drained = undefined
    const queued: Job[] = []
    for (let job = this.#first; job !== undefined; job = job.behind) queued.push(job)
    const lost = [...this.#running, ...queued, ...this.#hanging]
    for (const job of queued) this.#unlink(job)
    this.#running.clear()
    this.#hanging.clear()
    for (const job of lost) {
      this.#timers.clear(job)
      job.state = 'over'
    }
    for (const job of lost) job.failed('lost', now)
  }

  /** Another process, which is cold. */
  start(now: Milliseconds): void {
    this.#up = true
    const { warmUp } = this.group
    if (warmUp !== undefined) this.#coldUntil = now + warmUp.length
  }

  #checkDrained(): void {
    if (this.#drained === undefined || this.outstanding > 0) return
    const drained = this.#drained
    this.#drained = undefined
    drained()
  }
}

function told(job: Job, now: Milliseconds): void {
  if (job.failure === undefined) job.answered(now)
  else job.failed(job.failure, now)
}

/** The replica is done with it, and whoever asked does not know that yet. */
const ON_THE_WAY: JobPlace = { done: told }
