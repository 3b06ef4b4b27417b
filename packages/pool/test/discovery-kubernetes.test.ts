import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, rootCertificates } from 'node:tls'
import { type EndpointSlice, type KubernetesServer, startKubernetesServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { KubernetesDiscoveryOptions } from '../src/config/index.js'
import type { Pod } from '../src/discovery/kubernetes/api-access.js'
import { kubernetesResolver } from '../src/discovery/kubernetes/kubernetes-registry.js'
import { VirtualTime } from '../src/testing/index.js'
import { running } from './pool-world.js'
import { parts, resolved, type Watching, watching } from './registry-world.js'
import { CERTIFICATE, KEY } from './tls-pair.js'

const url = (address: string): string => `http://${address}:8080/mcp`
const NOWHERE: Pod = { environment: {}, account: '/nowhere' }

function slice(name: string, addresses: readonly string[], more: Partial<EndpointSlice> = {}): EndpointSlice {
  return { name, service: 'mcp', ports: [{ name: 'mcp', port: 8_080 }], endpoints: addresses.map((address) => ({ addresses: [address] })), ...more }
}

async function begin(options: Partial<KubernetesDiscoveryOptions> = {}): Promise<{ api: KubernetesServer; seen: Watching }> {
  const api = await running(startKubernetesServer())
  api.apply(slice('mcp-1', ['10.0.0.1']))
  return { api, seen: watch({ apiServer: api.url, namespace: 'default', ...options }) }
}

function watch(options: Partial<KubernetesDiscoveryOptions>, pod: Pod = NOWHERE): Watching {
  return watching(kubernetesResolver(resolved({ type: 'kubernetes', service: 'mcp', ...options }), parts(), pod))
}

const queries = (api: KubernetesServer) => api.requests.all().map(({ path }) => new URL(path, 'http://kubernetes').searchParams)
const lists = (api: KubernetesServer) => queries(api).filter((query) => !query.has('watch')).length

describe('EndpointSlices of a Service', () => {
  it('are listed, and watched from the version of the list', async () => {
    const { api, seen } = await begin()
    api.apply(slice('other-1', ['10.9.9.9'], { service: 'other' }))
    await expect.poll(() => api.watches).toBe(1)
    api.apply(slice('mcp-2', ['10.0.0.2', '10.0.0.3']))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url('10.0.0.1'), url('10.0.0.2'), url('10.0.0.3')])
    api.apply(slice('mcp-2', ['10.0.0.3']))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url('10.0.0.1'), url('10.0.0.3')])
    api.remove('mcp-1')
    api.remove('mcp-2')
    await expect.poll(() => seen.sets.at(-1)).toEqual([])
    expect(seen.errors).toEqual([])
    const [list, followed] = queries(api)
    expect(list?.get('labelSelector')).toBe('kubernetes.io/service-name=mcp')
    expect(Object.fromEntries(followed ?? [])).toMatchObject({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: expect.stringMatching(/^10[12]$/),
      timeoutSeconds: '60',
    })
  })

  it('are listed page by page', async () => {
    const api = await running(startKubernetesServer())
    for (let n = 0; n < 1_200; n++) api.apply(slice(`mcp-${n}`, [`10.0.${n >> 8}.${n & 255}`]))
    const seen = watch({ apiServer: api.url, namespace: 'default' })
    await expect.poll(() => seen.sets.at(-1)?.length).toBe(1_200)
    expect(lists(api)).toBe(3)
  })

  it('are listed from the beginning where the server has forgotten the pages', async () => {
    const api = await running(startKubernetesServer())
    for (let n = 0; n < 600; n++) api.apply(slice(`mcp-${n}`, [`10.0.${n >> 8}.${n & 255}`]))
    api.faults.next({ kind: 'status', status: 410 }, 1, ({ path }) => path.includes('continue='))
    const seen = watch({ apiServer: api.url, namespace: 'default' })
    await expect.poll(() => seen.sets.at(-1)?.length).toBe(600)
    expect([lists(api), seen.sets.length, seen.errors]).toEqual([4, 1, []])
  })

  it('are watched again from where the watch ended, which is no error', async () => {
    const { api, seen } = await begin()
    await expect.poll(() => api.watches).toBe(1)
    api.apply(slice('mcp-2', ['10.0.0.2']))
    await expect.poll(() => seen.sets.length).toBe(2)
    api.endWatches()
    await expect.poll(() => queries(api).length).toBe(3)
    api.apply(slice('mcp-3', ['10.0.0.3']))
    await expect.poll(() => seen.sets.at(-1)).toHaveLength(3)
    expect([lists(api), queries(api)[2]?.get('resourceVersion'), seen.errors]).toEqual([1, '102', []])
  })

  it('are watched from the version of the last bookmark', async () => {
    const { api } = await begin()
    await expect.poll(() => api.watches).toBe(1)
    for (let n = 0; n < 50; n++) api.age()
    api.bookmark()
    api.forget()
    api.endWatches()
    await expect.poll(() => queries(api)[2]?.get('resourceVersion')).toBe('151')
    await expect.poll(() => api.watches).toBe(1)
    expect(lists(api)).toBe(1)
  })

  it.each(['status', 'event'] as const)('are listed again where their version is 410 Gone, by %s', async (how) => {
    const { api, seen } = await begin()
    await expect.poll(() => api.watches).toBe(1)
    api.faults.next('reset-before', 1, 'GET')
    api.dropConnections()
    api.remove('mcp-1')
    api.apply(slice('mcp-2', ['10.0.0.2']))
    api.forget(how)
    await expect.poll(() => seen.sets.at(-1)).toEqual([url('10.0.0.2')])
    expect([lists(api), seen.errors.map((error) => (error as { status?: unknown }).status)]).toEqual([2, [undefined, undefined]])
  })

  it('are let go of when the resolver is closed', async () => {
    const api = await running(startKubernetesServer())
    const resolver = kubernetesResolver(resolved({ type: 'kubernetes', service: 'mcp', apiServer: api.url, namespace: 'default' }), parts(), NOWHERE)
    const seen = watching(resolver)
    await expect.poll(() => api.watches).toBe(1)
    await resolver.close()
    await expect.poll(() => [api.watches, api.sockets.size]).toEqual([0, 0])
    expect(seen.errors).toEqual([])
  })
})

describe('the API server in trouble', () => {
  it.each([
    ['answers 500', '500', 'HTTP_STATUS'],
    ['answers 429', '429', 'HTTP_STATUS'],
    ['answers 403', '403', 'HTTP_STATUS'],
    ['resets the connection', 'reset-before', 'CONNECTION_LOST'],
    ['answers half a JSON', 'garbage', 'PROTOCOL'],
    ['answers something else', { kind: 'garbage', body: '{"kind":"Status"}' }, 'PROTOCOL'],
  ] as const)('that %s is told of, and asked again', async (_what, fault, code) => {
    const api = await running(startKubernetesServer())
    api.apply(slice('mcp-1', ['10.0.0.1']))
    api.faults.next(fault, 1, 'GET')
    const seen = watch({ apiServer: api.url, namespace: 'default' })
    await expect.poll(() => seen.sets).toEqual([[url('10.0.0.1')]])
    expect(seen.errors).toMatchObject([{ code }])
  })

  it('that cuts a watch is told of, and watched again from where it was', async () => {
    const { api, seen } = await begin()
    await expect.poll(() => api.watches).toBe(1)
    api.dropConnections()
    api.apply(slice('mcp-2', ['10.0.0.2']))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url('10.0.0.1'), url('10.0.0.2')])
    expect([lists(api), seen.errors]).toMatchObject([1, [{ code: 'CONNECTION_LOST' }]])
  })

  it('that keeps a watch beyond its time without a word is taken for dead', async () => {
    const api = await running(startKubernetesServer())
    api.apply(slice('mcp-1', ['10.0.0.1']))
    const time = new VirtualTime()
    const options = resolved({ type: 'kubernetes', service: 'mcp', apiServer: api.url, namespace: 'default' })
    const seen = watching(kubernetesResolver(options, { timers: time, random: () => 0 }, NOWHERE))
    await expect.poll(() => api.watches).toBe(1)
    await expect.poll(() => time.nextDue).toBe(70_000)
    await time.run(70_000)
    await expect.poll(() => seen.errors).toMatchObject([{ code: 'REQUEST_TIMEOUT' }])
    const before = seen.answers()
    await time.run(1_000)
    // It answers again, and knows nothing new.
    await expect.poll(seen.answers).toBe(before + 1)
    expect([lists(api), seen.sets]).toEqual([1, [[url('10.0.0.1')]]])
  })

  it('that sends garbage in a watch is told of, and keeps what there was', async () => {
    const { api, seen } = await begin()
    await expect.poll(() => api.watches).toBe(1)
    api.faults.next({ kind: 'garbage', body: '{"type":"ADDED","object":7}\n[]\nnull\n{"type":' }, 1, 'GET')
    api.endWatches()
    await expect.poll(() => seen.errors).toMatchObject([{ code: 'PROTOCOL' }])
    api.apply(slice('mcp-2', ['10.0.0.2']))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url('10.0.0.1'), url('10.0.0.2')])
  })
})

/** A pod of a cluster: the API server behind TLS, and a service account in files. */
async function pod(api: KubernetesServer, files: Readonly<Record<string, string>>): Promise<{ pod: Pod; account: string }> {
  const front = createTlsServer({ cert: CERTIFICATE, key: KEY }, (near) => {
    const far = connect(api.port, '127.0.0.1')
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const account = await mkdtemp(join(tmpdir(), 'account-'))
  onTestFinished(async () => {
    front.close()
    await rm(account, { recursive: true })
  })
  for (const [name, text] of Object.entries(files)) await writeFile(join(account, name), text)
  const { port } = front.address() as AddressInfo
  return { account, pod: { account, environment: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) } } }
}

describe('in a cluster', () => {
  const files = { namespace: 'default', token: 'sesame-one\n', 'ca.crt': CERTIFICATE }

  it('the service account says where the API is, whom to trust, and who asks', async () => {
    const api = await running(startKubernetesServer())
    api.tokens.add('sesame-one')
    api.apply(slice('mcp-1', ['10.0.0.1']))
    const seen = watch({}, (await pod(api, files)).pod)
    await expect.poll(() => seen.sets).toEqual([[url('10.0.0.1')]])
  })

  it('a token that was replaced in its file is taken from there', async () => {
    const api = await running(startKubernetesServer())
    api.tokens.add('sesame-one')
    api.apply(slice('mcp-1', ['10.0.0.1']))
    const cluster = await pod(api, files)
    const seen = watch({}, cluster.pod)
    await expect.poll(() => api.watches).toBe(1)
    await writeFile(join(cluster.account, 'token'), 'sesame-two')
    api.tokens.clear()
    api.tokens.add('sesame-two')
    api.endWatches()
    await expect.poll(() => queries(api).length).toBe(3)
    api.apply(slice('mcp-2', ['10.0.0.2']))
    await expect.poll(() => seen.sets.at(-1)).toHaveLength(2)
    expect([lists(api), seen.errors]).toEqual([1, []])
  })

  it('a token that is refused is told of, and not shown', async () => {
    const api = await running(startKubernetesServer())
    api.tokens.add('another')
    const seen = watch({}, (await pod(api, files)).pod)
    await expect.poll(() => seen.errors[0]).toMatchObject({ code: 'HTTP_STATUS', status: 401, message: expect.stringContaining('Unauthorized') })
    expect(String(seen.errors)).not.toContain('sesame')
  })

  it('an API server with another certificate is not talked to', async () => {
    const api = await running(startKubernetesServer())
    const seen = watch({ tls: { ca: rootCertificates[0]! } }, (await pod(api, files)).pod)
    await expect.poll(() => seen.errors[0]).toMatchObject({ code: 'CONNECT_FAILED' })
    expect(api.requests.all()).toEqual([])
  })

  it('the account does not go to another API server that the options name', async () => {
    const api = await running(startKubernetesServer())
    watch({ apiServer: api.url, namespace: 'default' }, (await pod(api, files)).pod)
    expect((await api.requests.next('GET')).headers.authorization).toBeUndefined()
  })

  it('what is missing is said', async () => {
    const outside = watch({ namespace: 'default' }, NOWHERE)
    await expect.poll(() => String(outside.errors[0])).toContain('serviceDiscovery.apiServer must be given')
    const bare = watch({}, NOWHERE)
    await expect.poll(() => String(bare.errors[0])).toContain('the service account cannot be read')
  })
})
