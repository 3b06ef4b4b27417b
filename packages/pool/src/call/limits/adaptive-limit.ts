import type { Milliseconds, Outcome, Outstanding, Random } from '../../ports.js'
import { Calm, ENOUGH } from './calm.js'
import type { Limit } from './limit.js'
import { LoadWindow } from './load-window.js'
import { Usual } from './usual.js'

/** Places before anything is known: so few that most replicas are calm with half of them. */
const FIRST = 4

/** One at work, and one that waits for it: even a server that does one thing at a time must not be idle for want of asking. */
const FLOOR = 2

/** Attempts in a window are twice the limit, so that most of them began under it, and at least so many; fewer while the limit still doubles. */
const LEAST_IN_WINDOW = 32
const LEAST_WHILE_RISING = 16

/** In one window the limit falls to half of itself at most. As in Gradient2 of concurrency-limits. */
const MOST_SHRINK = 0.5

/** A gradient below this is no accident: there is a queue. */
const QUEUE_SEEN = 0.8

/** Below this differences are the event loop's, not the server's: shorter latencies count as this. */
const SHORTEST: Milliseconds = 1

/**
 * As far over what is usual, in logarithms (4.5 times), one attempt counts at most; and one that was given up counts from there
 * on. A tool of 10 ms that had to wait for one of 60 s would else say that the replica is a thousand times slower.
 */
const MOST_OFF = 1.5

/** Windows under load until there is a probe, where what is usual is well known; it varies by a half, so that replicas do not have theirs all at once. */
const WINDOWS_TO_PROBE = 30

/** The same where hardly anything is known, or it proved wrong. */
const WINDOWS_TO_PROBE_SOON = 3

/** After a probe there is none for so many times as long as it took: with half of the places open meanwhile, at most 1 / 40 of the work is lost. */
const REST = 20

/** The same after one for which there was a reason. */
const REST_IN_DOUBT = 5

/**
 * How many attempts a replica can work on at a time, found out from how long they take: nobody tells, it differs between replicas, and
 * it changes while they run.
 *
 *     limit ← limit × usual / now + √limit
 *
 * `usual` is what requests of the same kind take there in calm, started with at most half of the places taken; `now` is what they
 * take under load. As long as nobody queues at the replica the two are the same and the limit grows, but only while it is used to
 * the full. Once they queue the quotient is slots / limit, and both terms balance at about slots + √slots: enough waits there to keep
 * it busy, and all else waits here, where it has a priority and a deadline.
 *
 *     latency                         ╱
 *                                   ╱
 *       usual ───────────────────┬╱
 *             └───── calm ─────┘ slots      limit ──▶ outstanding
 *
 * Under load without an end there is no calm. Then it is made: until some have started, half of the places are closed (a probe). So
 * what was learned wrong, because there was a queue from the first moment, is put right step by step: far above the slots, latency
 * at half of the limit is half of that at the limit, and the limit falls. A replica that has become slower by itself is as slow in calm: a
 * limit that falls to half of what it was asks for a probe, to a quarter of the places, to tell the two apart.
 *
 * Failures count in the same way: the share that fails under load beyond that which fails in calm is what the replica refuses.
 *
 * The formula and the growth by the square root are those of Netflix's concurrency-limits and Envoy's adaptive concurrency. What tools of
 * 10 ms and of 60 s on one replica need besides: each kind is judged by itself, in logarithms; no difference is believed within its
 * standard error; the limit falls by √limit at first, and by twice as much each time after. A probe leaves half of the places open, as in
 * the second version of BBR: to close all but 3, as Envoy does, costs more than it tells where requests take seconds.
 *
 * O(1), and no allocation for an attempt; one entry for each kind.
 */
export class AdaptiveLimit implements Limit {
  readonly #random: Random
  readonly #calm = new Calm()
  readonly #window = new LoadWindow()
  #limit = FIRST
  /** `#limit`, and half of it, as whole numbers. */
  #places = FIRST
  #calmPlaces = FIRST / 2
  #taken = 0
  /** No queue was seen yet: until then the limit doubles, for nobody knows how far it is. */
  #rising = true
  /** In this window all places were taken. */
  #wasFull = false
  /** Windows in a row that made the limit smaller. */
  #falls = 0
  /** Since the last probe. */
  #highest = FIRST
  /** Windows until the next probe, and a time before which there is none. */
  #probeIn = WINDOWS_TO_PROBE_SOON
  #restsUntil: Milliseconds = Number.NEGATIVE_INFINITY
  /** Attempts that have to start until the probe is over; 0: there is none. */
  #probeLeft = 0
  #probePlaces = 0
  #probeFrom: Milliseconds = 0
  #restAfter = REST

  constructor(random: Random) {
    this.#random = random
  }

  /** Places while there is no probe, with the fraction that it has got to. */
  get limit(): number {
    return this.#limit
  }

  /** How many may be open now. */
  get places(): number {
    return this.#probeLeft > 0 ? this.#probePlaces : this.#places
  }

  /** More than there are places, after the limit fell. */
  get taken(): number {
    return this.#taken
  }

  get full(): boolean {
    return this.#taken >= this.places
  }

  admits(): boolean {
    return this.#taken < this.places
  }

  started(attempt: Outstanding, now: Milliseconds): void {
    this.#taken++
    if (this.#taken >= this.#places) this.#wasFull = true
    if (this.#taken > (this.#probeLeft > 0 ? this.#probePlaces : this.#calmPlaces)) return
    this.#calm.started(attempt)
    if (this.#probeLeft > 0 && --this.#probeLeft === 0) this.#restsUntil = now + this.#restAfter * (now - this.#probeFrom)
  }

  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    this.#taken--
    const calm = this.#calm.settled(attempt)
    if (outcome === 'failed') {
      if (calm) return this.#calm.failed()
      this.#window.failed()
    } else {
      const usual = this.#calm.usual(attempt.kind)
      const latency = Math.log(Math.max(SHORTEST, now - attempt.startedAt))
      const off = latency - usual.mean
      // Given up before it was slow, it says nothing.
      if (outcome === 'ignored' && (attempt.waiting || !(off > MOST_OFF))) return
      if (calm) {
        if (this.#calm.took(usual, latency)) this.#probeIn = Math.min(this.#probeIn, WINDOWS_TO_PROBE_SOON)
        return
      }
      if (usual.known) this.#window.took(Math.min(MOST_OFF, off), usual.doubt)
      else this.#window.answered()
    }
    const least = this.#rising ? LEAST_WHILE_RISING : LEAST_IN_WINDOW
    if (this.#window.ended >= Math.max(least, 2 * this.#limit)) this.#closeWindow(now)
  }

  #closeWindow(now: Milliseconds): void {
    this.#move()
    if (this.#probeLeft === 0) {
      this.#probeIn--
      const inDoubt = this.#window.strange || this.#limit < this.#highest / 2
      if ((this.#probeIn <= 0 || inDoubt) && now >= this.#restsUntil) this.#probe(inDoubt, now)
    }
    this.#window.clear()
  }

  #move(): void {
    const limit = this.#limit
    const refused = this.#window.failures(this.#calm.failures, this.#calm.doubtOfFailures)
    const gradient = Math.max(MOST_SHRINK, Math.min(Math.exp(-this.#window.slowness), 1 - refused))
    if (gradient < QUEUE_SEEN) this.#rising = false
    // Where it is not used nobody knows what a larger one would do.
    const growth = !this.#wasFull ? 0 : this.#rising ? limit : Math.sqrt(limit)
    const step = growth - limit * (1 - gradient)
    const fall = Math.sqrt(limit) * 2 ** this.#falls
    this.#falls = step < 0 ? this.#falls + 1 : 0
    this.#limit = Math.max(FLOOR, limit + Math.max(step, -fall))
    this.#places = Math.floor(this.#limit)
    this.#calmPlaces = this.#places >> 1
    this.#highest = Math.max(this.#highest, this.#limit)
    this.#wasFull = this.#taken >= this.#places
  }

  #probe(inDoubt: boolean, now: Milliseconds): void {
    const known = Math.min(1, Usual.leastDoubt / this.#window.doubt)
    const windows = inDoubt ? 0 : WINDOWS_TO_PROBE * known * (0.5 + this.#random())
    this.#probeIn = Math.max(WINDOWS_TO_PROBE_SOON, windows)
    this.#probePlaces = inDoubt ? Math.max(Math.min(FLOOR, this.#calmPlaces), this.#calmPlaces >> 1) : this.#calmPlaces
    this.#probeLeft = Math.max(ENOUGH, this.#probePlaces)
    this.#probeFrom = now
    this.#restAfter = inDoubt ? REST_IN_DOUBT : REST
    this.#highest = this.#limit
  }
}
