/** Something that makes calls: the subject of a bench, or a peer. Each runs in a process of its own. */
export interface Contender {
  call(): Promise<unknown>
  close(): Promise<void>
}

/** What a contender is started with: the servers' URLs. */
export type ContenderSetup = (urls: readonly string[]) => Promise<Contender>

/** One round, as told to the process and as reported by it. */
export interface Round {
  readonly calls: number
  readonly concurrency: number
}

export interface RoundResult {
  /** User and system time of the process, in microseconds per call. */
  readonly cpu: number
  readonly callsPerSecond: number
}
