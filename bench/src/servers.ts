import { SERVER_CORE, startPinned, stop } from './processes.js'

export type ServerKind = 'modern-json' | 'modern-sse' | 'legacy-json'

export interface Servers {
  readonly urls: readonly string[]
  stop(): Promise<void>
}

/**
 * So many servers in one process, on the core that is not measured. `slowest`: the first answers at once, the last after
 * so many milliseconds, the others in between.
 */
export async function startServers(kind: ServerKind, count: number, slowest = 0): Promise<Servers> {
  const { child, first } = await startPinned(SERVER_CORE, './servers-process.js', [kind, String(count), String(slowest)])
  return { urls: first as string[], stop: () => stop(child) }
}
