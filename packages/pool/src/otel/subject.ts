import type { Attributes } from '@opentelemetry/api'
import type { JsonRpcRequest } from '../ports.js'
import { ATTRIBUTE } from './attributes.js'

/** Methods whose `uri` is the resource that they are about. */
const ABOUT_RESOURCES: ReadonlySet<string> = new Set(['resources/read', 'resources/subscribe', 'resources/unsubscribe'])

/** The tool or prompt of a request, or its method alone: there are few of either, as the name of a span wants it. */
export function spanName(request: JsonRpcRequest): string {
  const name = nameOf(request)
  return name === undefined ? request.method : `${request.method} ${name}`
}

/** What a request is about. Arguments are none of that. */
export function subjectOf(request: Pick<JsonRpcRequest, 'method' | 'params'>): Attributes {
  const { method, params } = request
  const name = nameOf(request)
  const subject: Attributes = { [ATTRIBUTE.method]: method }
  if (method === 'tools/call') subject[ATTRIBUTE.operation] = 'execute_tool'
  if (name !== undefined) subject[method === 'tools/call' ? ATTRIBUTE.tool : ATTRIBUTE.prompt] = name
  const uri = params?.['uri']
  if (ABOUT_RESOURCES.has(method) && typeof uri === 'string') subject[ATTRIBUTE.resourceUri] = withoutPassword(uri)
  return subject
}

/** The tool or prompt that a request names. */
export function nameOf({ method, params }: Pick<JsonRpcRequest, 'method' | 'params'>): string | undefined {
  if (method !== 'tools/call' && method !== 'prompts/get') return undefined
  const name = params?.['name']
  return typeof name === 'string' ? name : undefined
}

/** As the conventions want it of `url.full`. */
function withoutPassword(uri: string): string {
  return uri.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1REDACTED@')
}
