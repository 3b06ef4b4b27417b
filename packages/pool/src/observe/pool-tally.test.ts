import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import type { Target } from '../ports.js'
import { PoolTally } from './index.js'

const target = (endpointLabel: string): Target => ({ endpointLabel }) as Target

describe('the tally of a pool', () => {
  it('tells failed calls by their code, answers that are errors, and results', () => {
    const tally = new PoolTally()
    const kind = { method: 'tools/call', tool: 'search', key: 'tools/call:search' }
    for (const end of ['result', 'CANCELLED', 'REQUEST_TIMEOUT', 'CANCELLED', 'error', 'tool-error'] as const) tally.callEnded(kind, end, 10)
    const counted = tally.kinds.get(kind)!
    expect([...counted.failures]).toEqual([
      ['CANCELLED', 2],
      ['REQUEST_TIMEOUT', 1],
    ])
    expect(counted).toMatchObject({ failed: 3, errors: 1, toolErrors: 1 })
    expect(counted.durations.count).toBe(6)
  })

  it('has one row for all that nobody serves, and one of its own for what was served once', () => {
    const tally = new PoolTally()
    const kind = (tool: string | undefined) => ({ method: 'tools/call', tool, key: `tools/call:${tool}` })
    const [real, invented] = [kind('real'), kind('invented')]
    for (const each of [real, invented, kind(undefined), { method: 'no/such', tool: undefined, key: 'no/such' }]) tally.callEnded(each, 'NO_HEALTHY_CLIENTS', 1)
    tally.callEnded(real, 'result', 1)
    tally.callEnded(real, 'NO_HEALTHY_CLIENTS', 1)
    expect(Array.from(tally.kinds.values(), ({ kind: { key }, durations }) => [key, durations.count])).toEqual([
      ['tools/call', 3],
      ['*', 1],
      ['tools/call:real', 2],
    ])
  })

  it('times the attempts that say something of their server', () => {
    const tally = new PoolTally()
    tally.attemptEnded(target('a'), 'ok', undefined, 10)
    tally.attemptEnded(target('a'), 'ignored', undefined, 20_000)
    tally.attemptEnded(target('a'), 'failed', new PoolError('CONNECTION_LOST', 'lost'), 30)
    tally.attemptEnded(target('b'), 'failed', undefined, 30)
    expect([...tally.endpoints.keys()]).toEqual(['a', 'b'])
    expect(tally.attempts).toMatchObject({ all: 4, failures: new Map([['CONNECTION_LOST', 2]]) })
    expect(tally.endpoints.get('a')).toMatchObject({ all: 3, ok: 1, failed: 1, ignored: 1, failures: new Map([['CONNECTION_LOST', 1]]) })
    expect(tally.endpoints.get('a')!.durations).toMatchObject({ count: 2, sum: 40 })
  })

  it('forgets the oldest endpoint where ten thousand others came after it', () => {
    const tally = new PoolTally()
    for (let i = 0; i <= 10_000; i++) tally.attemptEnded(target(`pod-${i}`), 'ok', undefined, 1)
    expect(tally.endpoints.size).toBe(10_000)
    expect(tally.endpoints.has('pod-0')).toBe(false)
    expect(tally.endpoints.has('pod-10000')).toBe(true)
  })

  it('counts health checks, and those that failed', () => {
    const tally = new PoolTally()
    tally.probed(true, 3)
    tally.probed(false, 5_000)
    expect(tally.healthChecks).toMatchObject({ count: 2, sum: 5_003 })
    expect(tally.failedHealthChecks).toBe(1)
  })
})
