import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Program, startProgram } from './program.js'
import { reservePort } from './reserve-port.js'

/** A real etcd with a data directory of its own. */
export interface EtcdServer {
  readonly url: string
  readonly port: number
  /** Resolves with the revision. */
  put(key: string, value: string, lease?: string): Promise<number>
  /** One key, or all of a prefix. */
  remove(key: string, prefix?: boolean): Promise<void>
  /** A lease of so many seconds, which nobody keeps alive. Resolves with its id. */
  grant(seconds: number): Promise<string>
  revoke(lease: string): Promise<void>
  /** Forgets everything before that revision. */
  compact(revision: number): Promise<void>
  /** From now on users need passwords: `root`, who may do everything, and `reader` for keys that begin with `prefix`. */
  requireUsers(passwords: { readonly root: string; readonly reader: string }, prefix: string): Promise<void>
  /** After a restart, which forgets all tokens. */
  renew(rootPassword: string): Promise<void>
  /** Anything else of its JSON API. */
  ask(path: string, body: object): Promise<Record<string, unknown>>
  pause(): void
  resume(): void
  kill(): Promise<void>
  /** Kills it if it still runs, and starts it again with the same port and data. `lose`: without the data. */
  restart(options?: { readonly lose?: boolean }): Promise<void>
  close(): Promise<void>
}

/** Starts one etcd. */
export async function startEtcd(): Promise<EtcdServer> {
  const [server] = await startEtcdCluster(1)
  return server!
}

/** Starts several that are one cluster. */
export async function startEtcdCluster(size: number): Promise<readonly EtcdServer[]> {
  const members = await Promise.all(Array.from({ length: size }, async (_, n) => ({ name: `m${n}`, client: await reservePort(), peer: await reservePort() })))
  const cluster = members.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(',')
  return await Promise.all(members.map((member) => start({ ...member, cluster })))
}

interface Member {
  readonly name: string
  readonly client: number
  readonly peer: number
  readonly cluster: string
}

async function start(member: Member): Promise<EtcdServer> {
  const url = `http://127.0.0.1:${member.client}`
  let directory = await mkdtemp(join(tmpdir(), 'etcd-'))
  let program: Program = await begin(member, directory)
  let authorization: string | undefined

  async function ask(path: string, body: object): Promise<Record<string, unknown>> {
    const headers = authorization === undefined ? undefined : { authorization }
    const response = await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body), ...(headers && { headers }) })
    const answer = (await response.json()) as Record<string, unknown>
    if (!response.ok) throw new Error(`etcd: ${String(answer.error)}`)
    return answer
  }
  const renew = async (password: string): Promise<void> => {
    authorization = String((await ask('auth/authenticate', { name: 'root', password })).token)
  }
  const revision = (answer: Record<string, unknown>): number => Number((answer.header as { revision?: string }).revision)
  const forget = (): Promise<void> => rm(directory, { recursive: true, force: true })

  return {
    url,
    port: member.client,
    ask,
    put: async (key, value, lease) => revision(await ask('kv/put', { key: base64(key), value: base64(value), ...(lease !== undefined && { lease }) })),
    remove: async (key, prefix = false) => void (await ask('kv/deleterange', prefix ? range(key) : { key: base64(key) })),
    grant: async (seconds) => String((await ask('lease/grant', { TTL: seconds })).ID),
    revoke: async (lease) => void (await ask('lease/revoke', { ID: lease })),
    compact: async (to) => void (await ask('kv/compaction', { revision: to, physical: true })),
    requireUsers: async (passwords, prefix) => {
      for (const [name, password] of Object.entries(passwords)) {
        await ask('auth/user/add', { name, password })
        await ask('auth/role/add', { name })
        await ask('auth/user/grant', { user: name, role: name })
      }
      await ask('auth/role/grant', { name: 'reader', perm: { permType: 'READ', ...range(prefix) } })
      await ask('auth/enable', {})
      await renew(passwords.root)
    },
    renew,
    pause: () => program.signal('SIGSTOP'),
    resume: () => program.signal('SIGCONT'),
    kill: () => program.stop(),
    restart: async ({ lose = false } = {}) => {
      await program.stop()
      if (lose) {
        await forget()
        directory = await mkdtemp(join(tmpdir(), 'etcd-'))
      }
      program = await begin(member, directory)
    },
    close: async () => {
      await program.stop()
      await forget()
    },
  }
}

function begin({ name, client, peer, cluster }: Member, directory: string): Promise<Program> {
  const own = `http://127.0.0.1:${client}`
  const peers = `http://127.0.0.1:${peer}`
  const ports = ['--listen-client-urls', own, '--advertise-client-urls', own, '--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers]
  return startProgram('etcd', ['--name', name, '--data-dir', directory, ...ports, '--initial-cluster', cluster], 'serving insecure')
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function range(prefix: string): { readonly key: string; readonly range_end: string } {
  return { key: base64(prefix), range_end: base64(prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)) }
}
