import { Alarm, type Milliseconds } from '../../ports.js'

/** Why a replica did not answer an attempt. */
export type ReplicaFailure = 'error' | 'refusal' | 'answer' | 'lost' | 'unreachable'

/**
 * One attempt at a call, as the replica sees it that got it. As an alarm it rings when the replica is done with it; in the replica's queue it
 * is its own link.
 */
export abstract class Job extends Alarm {
  readonly call: number
  /** Number of this attempt among those of its call, from 1. */
  readonly nth: number
  place: JobPlace | undefined
  state: 'queued' | 'running' | 'hanging' | 'over' = 'over'
  ahead: Job | undefined = undefined
  behind: Job | undefined = undefined
  startedAt: Milliseconds = 0
  /** How long the answer is on its way back. */
  distance: Milliseconds = 0
  /** What it will end with; undefined: an answer. */
  failure: ReplicaFailure | undefined = undefined

  constructor(call: number, nth: number) {
    super()
    this.call = call
    this.nth = nth
  }

  abstract answered(now: Milliseconds): void
  abstract failed(failure: ReplicaFailure, now: Milliseconds): void

  override fire(now: Milliseconds): void {
    this.place!.done(this, now)
  }
}

/** Where a job is. */
export interface JobPlace {
  done(job: Job, now: Milliseconds): void
}
