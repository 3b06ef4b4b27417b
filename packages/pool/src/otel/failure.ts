import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api'
import type { AttemptFailure, ObservedEnd } from '../ports.js'
import { ATTRIBUTE } from './attributes.js'

/** In what way an operation failed; undefined: it did not. As the conventions put it. */
export interface Failure {
  readonly type: string
  /** Of a JSON-RPC error. */
  readonly statusCode?: string
  readonly message?: string
}

/** A server may say anything, and at any length. */
const LONGEST = 1_000

export function failureOf(end: ObservedEnd): Failure | undefined {
  if (isFailure(end)) return { type: end.code, message: end.message }
  if ('error' in end) {
    const code = String(end.error.code)
    return { type: code, statusCode: code, message: end.error.message }
  }
  // The call went well; what the tool did has not. What it says of that may be anything, and is not told.
  return end.result['isError'] === true ? { type: 'tool_error' } : undefined
}

/** Writes the end of an operation on its span. */
export function recordEnd(span: Span, end: ObservedEnd): void {
  const failure = failureOf(end)
  if (failure === undefined) return
  const { type, statusCode, message } = failure
  const attributes: Attributes = { [ATTRIBUTE.errorType]: type }
  if (statusCode !== undefined) attributes[ATTRIBUTE.statusCode] = statusCode
  if (isFailure(end)) attributes[ATTRIBUTE.progress] = end.progress
  span.setAttributes(attributes)
  span.setStatus(message === undefined ? { code: SpanStatusCode.ERROR } : { code: SpanStatusCode.ERROR, message: String(message).slice(0, LONGEST) })
}

export function isFailure(end: ObservedEnd): end is AttemptFailure {
  return end instanceof Error
}
