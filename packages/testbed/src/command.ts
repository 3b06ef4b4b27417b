import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { encodeConfig } from './child-messages.js'
import type { StdioServerOptions } from './stdio-server.js'

/** A program that serves MCP on its stdin and stdout, in the shape of an endpoint. */
export interface StdioCommand {
  readonly command: string
  readonly args: string[]
}

/** The compiled program of this package, also when this file runs from source. */
export const MAIN: string = fileURLToPath(new URL('../dist/main.js', import.meta.url))

const require = createRequire(import.meta.url)

export const EVERYTHING: string = require.resolve('@modelcontextprotocol/server-everything/dist/index.js')

/** This package's server on stdio. */
export function stdioServer(options: StdioServerOptions = {}): StdioCommand {
  return { command: process.execPath, args: [MAIN, encodeConfig({ kind: 'stdio', options })] }
}

/** The reference server of the MCP project on stdio. It speaks up to `2025-11-25`. */
export function everythingStdio(): StdioCommand {
  return { command: process.execPath, args: [EVERYTHING, 'stdio'] }
}
