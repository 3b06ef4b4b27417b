import type { Entry, Place, Waiting } from './call/index.js'
import { PoolError } from './errors.js'
import type { CallKind, Milliseconds, Priority, Requirements, Target } from './ports.js'

/** Wishes of `getClient`. */
export interface GetClientOptions {
  /** The same key gets the same client while it is fit. */
  readonly affinity?: string | undefined
  /** Counts with the algorithm `weighted`. */
  readonly requirements?: Requirements | undefined
  /** Who goes first where several wait for a client. @default 'normal' */
  readonly priority?: Priority | undefined
  /** Whose share of the queue it takes. @default `affinity` */
  readonly tenant?: string | undefined
  /** How long to wait for a client, where the pool has a queue. Range 1 … 2,147,483,647 ms. @default `queueTimeout` of the pool */
  readonly queueTimeout?: Milliseconds | undefined
}

/** What it asks for, and whom it tells. */
export interface ClientWaitPorts {
  next(now: Milliseconds): Target | undefined
  onClient(target: Target): void
  onSentAway(code: 'QUEUE_TIMEOUT' | 'QUEUE_FULL'): void
  onFailure(error: PoolError): void
}

/** Somebody who waits in the queue for a client, and not for an answer. */
export class ClientWait implements Waiting {
  readonly priority: Priority
  readonly tenant: string
  readonly need: CallKind
  readonly waitsUntil: Milliseconds
  place: Place | undefined
  readonly #ports: ClientWaitPorts

  constructor({ priority, tenant, affinity }: GetClientOptions, need: CallKind, waitsUntil: Milliseconds, ports: ClientWaitPorts) {
    this.priority = priority ?? 'normal'
    this.tenant = tenant ?? affinity ?? ''
    this.need = need
    this.waitsUntil = waitsUntil
    this.#ports = ports
  }

  enter(now: Milliseconds): Entry {
    const target = this.#ports.next(now)
    if (target === undefined) return 'no-place'
    this.#ports.onClient(target)
    return 'started'
  }

  /** The pool shuts down. */
  abandon(): void {
    this.#ports.onFailure(new PoolError('SHUTTING_DOWN', 'the pool shuts down, and gives out no clients any more'))
  }

  shed(code: 'QUEUE_TIMEOUT' | 'QUEUE_FULL'): void {
    this.#ports.onSentAway(code)
    this.#ports.onFailure(new PoolError(code, code === 'QUEUE_FULL' ? 'the queue for clients is full' : 'no client became fit in time'))
  }
}
