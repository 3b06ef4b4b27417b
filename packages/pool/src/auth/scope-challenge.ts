import { computeScopeUnion, extractWWWAuthenticateParams } from '@modelcontextprotocol/client'

/** What a server said of a request that it would not take. */
export interface Challenge {
  /** The token is good, and not good for this (RFC 6750 section 3.1). */
  readonly insufficientScope: boolean
  /** Scopes that the request needs; what was granted before need not be among them. */
  readonly scope: string | undefined
  readonly resourceMetadataUrl: URL | undefined
}

/** `WWW-Authenticate` of a 401 or 403. */
export function readChallenge(header: string | undefined): Challenge {
  if (header === undefined) return { insufficientScope: false, scope: undefined, resourceMetadataUrl: undefined }
  const { error, scope, resourceMetadataUrl } = extractWWWAuthenticateParams(new Response(null, { status: 401, headers: { 'www-authenticate': header } }))
  return { insufficientScope: error === 'insufficient_scope', scope, resourceMetadataUrl }
}

/**
 * What was asked for and what is needed, together: a token for the new scope alone would lose the old ones (2026-07-28,
 * `basic/authorization#step-up-authorization-flow`). undefined: there is nothing more to ask for.
 */
export function widened(asked: string | undefined, needed: string | undefined): string | undefined {
  const union = computeScopeUnion(asked, needed)
  return union === computeScopeUnion(asked) ? undefined : union
}
