import type { ResolvedStdioEndpoint } from '../src/config/index.js'

/** A server that is a child, as its options are read. */
export const stdioEndpoint = (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ResolvedStdioEndpoint => ({
  kind: 'stdio',
  id: 'e',
  label: 'a server',
  weight: 1,
  tags: [],
  protocolVersion: undefined,
  trustAnnotations: true,
  command,
  args,
  env,
  cwd: undefined,
})
