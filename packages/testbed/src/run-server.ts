import type { Fault, FaultName } from './fault.js'
import type { HttpServer, RunningServer } from './http-host.js'
import type { Ledger } from './ledger.js'
import type { LegacyServer } from './legacy-server.js'
import { seeded } from './seeded.js'
import type { ServerConfig } from './server-config.js'
import type { Ailment, WorkServer } from './work-server.js'

type StartableConfig = Exclude<ServerConfig, { kind: 'stdio' }>
/** Everything a server might have that can be ordered about. */
type AnyServer = RunningServer & Partial<HttpServer> & Partial<Pick<LegacyServer, 'closeStreams' | 'forgetSessions'>> & Partial<WorkServer>

/** Starts a server from its plain description. Each kind is loaded only when it is asked for: together they take most of a second. */
export async function startServer(config: StartableConfig, ledger: Ledger): Promise<AnyServer> {
  if (config.kind === 'raw') return await (await import('./raw-server.js')).startRawServer(config.options)
  if (config.kind === 'work') return await (await import('./work-server.js')).startWorkServer({ ...config.options, ledger })
  if (config.kind === 'oauth') return await (await import('./oauth-server.js')).startOAuthServer(config.options)
  const { introspecting } = await import('./introspection.js')
  const { introspection } = config.options ?? {}
  const wired = { ledger, ...(introspection !== undefined && { auth: introspecting(introspection) }) }
  switch (config.kind) {
    case 'modern':
      return await (await import('./modern-server.js')).startModernServer({ ...config.options, ...wired })
    case 'legacy':
      return await (await import('./legacy-server.js')).startLegacyServer({ ...config.options, ...wired })
    case 'sse':
      return await (await import('./sse-server.js')).startSseServer({ ...config.options, ...wired })
  }
}

/** What a parent can have a running server do; each order's arguments are plain JSON. */
export interface Orders {
  fault: [fault: Fault | FaultName, times?: number | 'forever', filter?: string]
  randomFaults: [rate: number, kinds: ReadonlyArray<Fault | FaultName>, seed: number, filter?: string]
  clearFaults: []
  forgetSessions: [options?: { closeStreams?: boolean }]
  closeStreams: []
  dropConnections: []
  /** Microseconds of CPU that the process has used: `{ user, system }`, as `process.cpuUsage()`. */
  cpuUsage: []
  /** How many requests came in that the filter picks (of the last 1,000). */
  countRequests: [filter?: string]
  /** Of a `work` server: what is wrong with it from now on. */
  suffer: [ailment: Ailment]
  /** Of a `work` server: a `WorkTally`. */
  tally: []
}

/** Carries out an order; `undefined` where there is nothing to return. */
export async function obey<Verb extends keyof Orders>(server: AnyServer, verb: Verb, args: Orders[Verb]): Promise<unknown> {
  const order = { verb, args } as { [V in keyof Orders]: { readonly verb: V; readonly args: Orders[V] } }[keyof Orders]
  switch (order.verb) {
    case 'fault': {
      const [fault, times = 1, filter] = order.args
      server.faults?.next(fault, times === 'forever' ? Number.POSITIVE_INFINITY : times, filter)
      return undefined
    }
    case 'randomFaults': {
      const [rate, kinds, seed, filter] = order.args
      server.faults?.random(rate, kinds, seeded(seed), filter)
      return undefined
    }
    case 'clearFaults':
      server.faults?.clear()
      return undefined
    case 'forgetSessions':
      return await server.forgetSessions?.(...order.args)
    case 'closeStreams':
      return server.closeStreams?.()
    case 'dropConnections':
      return server.dropConnections?.()
    case 'cpuUsage':
      return process.cpuUsage()
    case 'countRequests':
      return server.requests?.all(...order.args).length ?? 0
    case 'suffer':
      return server.suffer?.(...order.args)
    case 'tally':
      return server.tally?.()
  }
}
