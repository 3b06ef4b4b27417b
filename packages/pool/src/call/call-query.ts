import {
  Alarm,
  type CallKind,
  type Era,
  type JsonRpcRequest,
  type PickQuery,
  type PinnedSession,
  type Priority,
  type Requirements,
  type Target,
} from '../ports.js'
import type { CallTerms } from './call-terms.js'
import type { CallWays } from './call-ways.js'
import { redeem } from './issued.js'
import { isSpread } from './safety.js'

const NOBODY: readonly Target[] = []

/**
 * What a call asks for: of the picker, of the queue and of the replica that it gets. The call itself is that query, and its own alarm
 * as well, for it allocates nothing that it can be itself.
 */
export abstract class CallQuery extends Alarm implements PickQuery {
  protected readonly ways: CallWays
  protected readonly terms: CallTerms
  readonly request: JsonRpcRequest
  readonly kind: CallKind
  readonly onlyEra: Era | undefined
  only: Target | undefined
  /** Where it is open: the caller's own session, else the home of what cannot be spread over sessions. */
  session: PinnedSession | undefined
  /** Replaced, never changed: of most calls it stays empty. */
  tried: readonly Target[] = NOBODY

  constructor(ways: CallWays, request: JsonRpcRequest, terms: CallTerms) {
    super()
    this.ways = ways
    const redeemed = redeem(request)
    this.request = redeemed === undefined ? request : redeemed.request
    this.terms = terms
    this.kind = ways.kindOf(request)
    this.onlyEra = ways.requiredEra(request, this.kind, terms.era)
    this.only = terms.only ?? (redeemed && ways.issuerOf(redeemed.issuer))
    this.session = terms.session ?? (this.only !== undefined || isSpread(this.kind.method) ? undefined : ways.home)
  }

  get era(): Era {
    return this.terms.era
  }
  get affinity(): string | undefined {
    return this.terms.affinity
  }
  get requirements(): Requirements | undefined {
    return this.terms.requirements
  }
  get headers(): Readonly<Record<string, string>> | undefined {
    return this.terms.headers
  }
  get ownSession(): PinnedSession | undefined {
    return this.terms.session
  }
  get priority(): Priority {
    return this.terms.priority ?? 'normal'
  }
  /** Who waits for the same will be served by the same. */
  get need(): unknown {
    return this.only ?? this.session?.client ?? this.kind
  }
  get tenant(): string {
    return this.terms.tenant ?? this.terms.affinity ?? ''
  }
  get stream(): boolean {
    return this.terms.stream === true
  }
  get resumeFrom(): string | undefined {
    return this.terms.resumeFrom
  }
}
