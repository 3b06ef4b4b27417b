import type { JsonRpcRequest, ToolFacts } from '../ports.js'

/**
 * What may run twice.
 *
 * The problem: after a reset nobody knows whether a tool ran. Clients that repeat on any error run payments twice; those
 * that never repeat show every restart of a replica to a user. So safety is an allow-list, never a guess: these methods
 * only read, and a tool is safe where its replicas say so or its caller does. Everything else, methods of vendors and
 * `tasks/*` included, is unsafe.
 */
const READING_METHODS: ReadonlySet<string> = new Set([
  'server/discover',
  'ping',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/get',
  'completion/complete',
])

/** Methods that mean the same in any session of a server. What else there is (subscriptions, tasks, methods of vendors) may live in one. */
export function isSpread(method: string): boolean {
  return method === 'tools/call' || READING_METHODS.has(method)
}

/** Facts about a tool at every replica that a call may go to; undefined where a replica has not listed it. */
export type ToolFactsEverywhere = (tool: string) => Iterable<ToolFacts | undefined>

/**
 * Whether `request` may run more than once. `idempotent: true` is the caller's word for a tool that says nothing;
 * `false` forbids repeats even where annotations would allow them. Multi-round-trip continuations are never safe: somebody has been asked already.
 */
export function isSafe(request: JsonRpcRequest, idempotent: boolean | undefined, facts: ToolFactsEverywhere): boolean {
  const params = request.params
  if (params !== undefined && (params['inputResponses'] !== undefined || params['requestState'] !== undefined)) return false
  if (request.method !== 'tools/call') return READING_METHODS.has(request.method) && idempotent !== false
  if (idempotent !== undefined) return idempotent
  const name = params?.['name']
  return typeof name === 'string' && everyReplicaSaysSo(facts(name))
}

/** All of at least one: a tool that no replica lists is unsafe. */
function everyReplicaSaysSo(facts: Iterable<ToolFacts | undefined>): boolean {
  let replicas = 0
  for (const tool of facts) {
    if (!saysSafe(tool)) return false
    replicas++
  }
  return replicas > 0
}

/** What one replica says of a tool; undefined: it has not listed it. */
export function saysSafe(tool: ToolFacts | undefined): boolean {
  return tool !== undefined && (tool.readOnly || tool.idempotent)
}
