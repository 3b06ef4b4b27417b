import type { ServerConfig } from './server-config.js'

/* What a server process and the one that started it say to each other. */

export type ToParent =
  | { readonly type: 'ready'; readonly url: string; readonly port: number }
  | { readonly type: 'failed'; readonly reason: string }
  /** An execution; the server does not answer before `recorded` has come. */
  | { readonly type: 'record'; readonly seq: number; readonly tool: string; readonly key: string }
  | { readonly type: 'done'; readonly seq: number; readonly value?: unknown; readonly error?: string }

export type ToChild =
  | { readonly type: 'recorded'; readonly seq: number }
  | { readonly type: 'order'; readonly seq: number; readonly verb: string; readonly args: readonly unknown[] }

/** A server process reads what it is to be from its first argument. */
export function encodeConfig(config: ServerConfig): string {
  return JSON.stringify(config)
}

export function decodeConfig(argument: string | undefined): ServerConfig {
  if (argument === undefined) throw new Error('Give the server to start as JSON: {"kind":"modern","options":{"port":8001}}')
  return JSON.parse(argument) as ServerConfig
}
