import { type FaultName, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it } from 'vitest'
import { poolOver, running } from './pool-world.js'

const FOREVER = Number.POSITIVE_INFINITY
const CALLS = 300

/** What calls, one after the other, come to over three replicas, one of which answers so. */
async function failuresWith(fault: FaultName | { kind: 'error'; code: number }, method?: string): Promise<{ failures: number; status: string | undefined }> {
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => running(startModernServer({ id }))))
  const pool = await poolOver(servers.map(({ url }) => ({ url })))
  servers[0]!.faults.next(fault, FOREVER, method)
  let failures = 0
  for (let i = 0; i < CALLS; i++) await pool.callTool({ name: 'whoami', arguments: {} }).catch(() => failures++)
  const refusing = [...pool.clients.values()].find(({ endpoint }) => endpoint.url === servers[0]!.url)!
  return { failures, status: pool.healthStatus.get(refusing.id)?.status }
}

describe('one of three replicas', () => {
  it.each([
    ['a 403', '403'],
    ['an error of the protocol', { kind: 'error', code: -32603 }],
  ] as const)('that answers every call at once with %s gets hardly any', async (_, fault) => {
    const { failures } = await failuresWith(fault, 'tools/call')
    expect(failures).toBeGreaterThan(0)
    expect(failures).toBeLessThan(CALLS / 20)
  })

  it('that takes our token no more is out with the first call that hears of it', async () => {
    const { failures, status } = await failuresWith('401')
    expect(failures).toBeLessThan(CALLS / 20)
    expect(status).not.toBe('healthy')
  })
})
