import { PoolError } from '../../errors.js'
import type { PoolEvent } from '../../events.js'

/** What a logger is given besides the message: plain values only. */
export type LogFields = Readonly<Record<string, unknown>>

/** Servers choose what stands in an error. */
const LONGEST = 500

/**
 * The fields of an event: `event`, its own, and of an error its text, code, progress and status. An error's cause and stack, and what
 * a server put into a notification, stay out: they are long, and nobody knows what is in them.
 */
export function fieldsOf({ name, ...payload }: PoolEvent): LogFields {
  const fields: Record<string, unknown> = { event: name }
  for (const [key, value] of Object.entries(payload)) {
    if (value === undefined) continue
    if (key === 'notification') fields['method'] = (value as { readonly method: string }).method
    else if (value instanceof Error) Object.assign(fields, errorFields(value))
    else fields[key] = typeof value === 'string' ? oneLine(value) : value
  }
  return fields
}

function errorFields(error: Error): LogFields {
  const text = { error: oneLine(error.message) }
  if (!(error instanceof PoolError)) return text
  const { code, progress, status } = error
  return { ...text, code, progress, ...(status !== undefined && { status }) }
}

/** A sentence for people: `client unhealthy at http://127.0.0.1:8001/mcp: no answer (3 times more)`. */
export function messageOf(fields: LogFields, repeated: number): string {
  const { event, endpoint, authorizationServer, source, error } = fields
  const where = endpoint ?? authorizationServer ?? source
  const words = String(event).replace(/[:-]/g, ' ')
  const again = repeated === 0 ? '' : ` (${repeated} more)`
  return `${words}${where === undefined ? '' : ` at ${String(where)}`}${error === undefined ? '' : `: ${String(error)}`}${again}`
}

/** A line break in what a server said would let it write lines of its own into the log. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ')
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST - 1)}…`
}
