import { ReplicaLoad, LatencyBook } from '../balance/index.js'
import { type CallKind, type Era, type Guard, Outstanding, type Serves, type Target } from '../ports.js'
import { ScriptedConnection } from './scripted-connection.js'

export interface ScriptedTargetOptions {
  readonly era?: Era
  /** @default 1 */
  readonly weight?: number
  /** Shared by replicas that are compared. */
  readonly book?: LatencyBook
  /** What it says of a kind. @default 'yes' to all */
  readonly serves?: (kind: CallKind) => Serves
}

class ServingConnection extends ScriptedConnection {
  answerTo: (kind: CallKind) => Serves
  constructor(era: Era, serves: (kind: CallKind) => Serves) {
    super({ era })
    this.answerTo = serves
  }
  override serves(kind: CallKind): Serves {
    return this.answerTo(kind)
  }
}

/** Refuses nothing. */
export const UNGUARDED: Guard = { refuses: () => undefined, full: false, started: () => {}, settled: () => {} }

/** Someone who can be picked, with a load of the real kind. */
export class ScriptedTarget implements Target {
  readonly id: string
  readonly place: string
  readonly endpointLabel: string
  readonly weight: number
  readonly load: ReplicaLoad
  readonly guard: Guard = UNGUARDED
  readonly connection: ServingConnection

  constructor(id: string, options: ScriptedTargetOptions = {}) {
    this.id = id
    this.place = `${id}/0`
    this.endpointLabel = `http://${id}.example/mcp`
    this.weight = options.weight ?? 1
    this.load = new ReplicaLoad(options.book ?? new LatencyBook(), this.weight)
    this.connection = new ServingConnection(options.era ?? 'modern', options.serves ?? (() => 'yes'))
  }

  /** What `connection.serves` says from now on. */
  set serves(serves: (kind: CallKind) => Serves) {
    this.connection.answerTo = serves
  }
}

/** An attempt that is nothing but outstanding. */
export class BareAttempt extends Outstanding {
  readonly kind: CallKind
  constructor(kind: CallKind) {
    super()
    this.kind = kind
  }
  override fire(): void {}
}
