import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResolvedKubernetesDiscovery, TlsOptions } from '../../config/index.js'
import { PoolError } from '../../errors.js'

/** What a pod is given of the cluster that it runs in. */
export interface Pod {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where its service account is mounted. */
  readonly account: string
}

export const THIS_POD: Pod = { environment: process.env, account: '/var/run/secrets/kubernetes.io/serviceaccount' }

/** Where the API is, and as whom to ask it. */
export interface ApiAccess {
  readonly url: string
  readonly namespace: string
  readonly token: string | undefined
  readonly tls: TlsOptions | undefined
}

/**
 * By the options, or else by the pod's own service account. That is read each time: its token lives for an hour, and is replaced in the
 * file before. It goes to the API of this cluster alone: a server that the options name gets the token that the options name.
 */
export async function apiAccess(options: ResolvedKubernetesDiscovery, { environment, account }: Pod): Promise<ApiAccess> {
  const { apiServer, namespace, token, tls } = options
  const file = (name: string): Promise<string> => read(join(account, name))
  const own = { namespace: namespace ?? (await file('namespace')), token }
  if (apiServer !== undefined) return { ...own, url: apiServer.replace(/\/+$/, ''), tls }
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment
  if (host === undefined) throw new PoolError('CONFIG', 'there is no KUBERNETES_SERVICE_HOST: outside of a cluster serviceDiscovery.apiServer must be given')
  const authority = host.includes(':') ? `[${host}]` : host
  const trusted = tls?.ca === undefined ? { ...tls, ca: await file('ca.crt') } : tls
  return { ...own, url: `https://${authority}:${port}`, token: token ?? (await file('token')), tls: trusted }
}

async function read(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    throw new PoolError('CONFIG', `the service account cannot be read: ${(cause as Error).message}`, { cause })
  }
}
