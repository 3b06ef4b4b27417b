import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonRpcRequest, JsonRpcResponse } from '../ports.js'
import { LOG_LEVELS } from './era-tables.js'
import { PoolLogLevel } from './pool-log-level.js'
import { SpreadMemory } from './spread-memory.js'

const OK: JsonRpcResponse = { jsonrpc: '2.0', id: 1, result: {} }
const setLevel = (level: string): JsonRpcRequest => ({ jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level } })
const message = (level: string) => ({ jsonrpc: '2.0', method: 'notifications/message', params: { level, data: 'x' } }) as const

/** A session at a server that notes what it is told. */
function session(pool = new PoolLogLevel(), { logs = true, fails = false } = {}) {
  const told: string[] = []
  const world = { pool, told, fails }
  const memory = new SpreadMemory(pool, {
    logs: () => logs,
    tell: async (level) => {
      if (world.fails) throw new Error('not now')
      told.push(level)
      memory.learn(setLevel(level), OK)
    },
  })
  return Object.assign(world, { memory })
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the log level of a spread session', () => {
  it('is restored in one that is opened after it was set', () => {
    const { pool, memory } = session()
    pool.set('error')
    expect(memory.restoring()).toEqual([{ method: 'logging/setLevel', params: { level: 'error' } }])
  })

  it('is not told to a server that has no log messages', async () => {
    const { pool, memory, told } = session(undefined, { logs: false })
    pool.join(memory)
    pool.set('error')
    pool.announce()
    await memory.want('debug')
    expect([told, memory.restoring()]).toEqual([[], []])
  })

  it('is told to those whom no call reached, and only to those', async () => {
    const pool = new PoolLogLevel()
    const [reached, missed] = [session(pool), session(pool)]
    for (const { memory } of [reached, missed]) pool.join(memory)
    pool.set('warning')
    reached.memory.learn(reached.memory.outgoing(setLevel('warning')), OK)
    pool.announce()
    await settled()
    expect([reached.told, missed.told]).toEqual([[], ['warning']])
  })

  it('is told again after a failure, when the server is known to be well', async () => {
    const world = session()
    world.pool.join(world.memory)
    world.fails = true
    world.pool.set('warning')
    world.pool.announce()
    await settled()
    world.fails = false
    world.memory.catchUp()
    await settled()
    expect(world.told).toEqual(['warning'])
  })

  it('is not told again to a server that refused it', async () => {
    const { pool, memory, told } = session()
    pool.join(memory)
    pool.set('warning')
    memory.learn(memory.outgoing(setLevel('warning')), { jsonrpc: '2.0', id: 1, error: { code: -32_601, message: 'no' } })
    memory.catchUp()
    await settled()
    expect(told).toEqual([])
  })

  it('is what it was where nobody took another', () => {
    const { pool, memory } = session()
    pool.join(memory)
    pool.set('error')
    pool.set('debug')()
    expect([pool.current, memory.restoring()]).toEqual(['error', [{ method: 'logging/setLevel', params: { level: 'error' } }]])
  })

  it('is raised for the first request that wants to hear more, which waits for it', async () => {
    const { pool, memory, told } = session()
    pool.join(memory)
    pool.set('error')
    await memory.want('info')
    expect(told).toEqual(['info'])
    expect([memory.want('info'), memory.want('warning'), memory.want(undefined), memory.want('loud')]).toEqual([undefined, undefined, undefined, undefined])
  })

  it('is the most verbose that anybody wants, in any order, and legacy callers hear what they asked for', async () => {
    const level = fc.constantFrom(...LOG_LEVELS)
    const step = fc.oneof(fc.record({ set: level }), fc.record({ want: level }), fc.constant('reopened' as const))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { pool, memory, told } = session()
        pool.join(memory)
        let set: number = LOG_LEVELS.length
        let wanted: number = LOG_LEVELS.length
        let actual: string | undefined
        for (const each of steps) {
          if (each === 'reopened') {
            actual = undefined
            for (const { method, params } of memory.restoring()) {
              actual = String(params['level'])
              memory.learn({ method, params }, OK)
            }
          } else if ('set' in each) {
            set = LOG_LEVELS.indexOf(each.set)
            pool.set(each.set)
            const sent = memory.outgoing(setLevel(each.set))
            actual = String(sent.params?.['level'])
            memory.learn(sent, OK)
          } else {
            wanted = Math.min(wanted, LOG_LEVELS.indexOf(each.want))
            const before = told.length
            await memory.want(each.want)
            if (told.length > before) actual = told.at(-1)
          }
          expect(actual).toBe(LOG_LEVELS[Math.min(set, wanted)])
          if (set < LOG_LEVELS.length)
            for (const name of LOG_LEVELS) if (LOG_LEVELS.indexOf(name) < set) expect(memory.passes(message(name))).toBe(actual === LOG_LEVELS[set])
        }
      }),
    )
  })
})
