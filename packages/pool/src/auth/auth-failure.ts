import { OAuthClientFlowError, OAuthError, UnauthorizedError } from '@modelcontextprotocol/client'
import { cleanText } from '../clean-text.js'
import { PoolError } from '../errors.js'
import type { Milliseconds } from '../ports.js'

/**
 * Errors of the libraries below carry whole responses, bodies and challenges, and an authorization server may repeat in its
 * description what it was sent. Nothing of that goes on: a cause is rebuilt from its name, message and code, and known secrets
 * are cut out of every text.
 */

const DEEPEST = 5

export interface AuthFailureDetails {
  readonly secrets?: readonly string[]
  readonly status?: number | undefined
  readonly retryAfter?: Milliseconds | undefined
}

/** `AUTH_FAILED`: what was tried, and why it failed. */
export function authFailure(what: string, error: unknown, { secrets = [], status, retryAfter }: AuthFailureDetails = {}): PoolError {
  const cause = withoutSecrets(error, secrets)
  return new PoolError('AUTH_FAILED', `${what}: ${reason(cause)}`, {
    progress: 'refused',
    cause,
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
}

/** The innermost cause says the most: `fetch failed` alone helps nobody. */
function reason(error: Error): string {
  return error.cause instanceof Error ? reason(error.cause) : error.message
}

function withoutSecrets(error: unknown, secrets: readonly string[], depth = 0): Error {
  // What the SDK says of a flow is for programs to catch by class, and made to be shown.
  if (error instanceof UnauthorizedError || error instanceof OAuthClientFlowError || error instanceof OAuthError) return error
  if (!(error instanceof Error)) return new Error('failed without an error')
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown }
  const inner = cause ?? (error instanceof AggregateError ? error.errors[0] : undefined)
  const plain = new Error(
    cleanText(error.message || text(code), secrets),
    inner instanceof Error && depth < DEEPEST ? { cause: withoutSecrets(inner, secrets, depth + 1) } : undefined,
  )
  plain.name = cleanText(error.name, secrets)
  return typeof code === 'string' ? Object.assign(plain, { code: cleanText(code, secrets) }) : plain
}

/** undici's error for several addresses has a code and no message. */
function text(code: unknown): string {
  return typeof code === 'string' ? code : 'failed without a message'
}
