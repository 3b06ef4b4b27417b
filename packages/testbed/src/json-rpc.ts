/** Only as much of a JSON-RPC message as a server needs to tell requests apart. */
export interface JsonRpcMessage {
  readonly jsonrpc?: unknown
  readonly id?: string | number | null
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** `undefined` for what is not a JSON object. */
export function parseMessage(body: string): JsonRpcMessage | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
