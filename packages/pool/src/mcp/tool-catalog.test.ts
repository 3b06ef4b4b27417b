import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../ports.js'
import { ToolCatalog } from './tool-catalog.js'

const tool = (name: string, annotations?: JsonObject, properties: JsonObject = {}): JsonObject => ({
  name,
  inputSchema: { type: 'object', properties },
  ...(annotations && { annotations }),
})
const READS = tool('read', { readOnlyHint: true })
const INVALID = tool('bad', {}, { a: { type: 'number', 'x-mcp-header': 'A' } })

function catalog(trustAnnotations = true) {
  const catalog = new ToolCatalog({ trustAnnotations })
  let changes = 0
  catalog.watch(() => changes++)
  const errors: Error[] = []
  const learn = (result: JsonObject, params: JsonObject = {}, exclude = true) => catalog.learn({ params }, result, exclude, (error) => errors.push(error))
  return { catalog, errors, learn, changes: () => changes }
}

describe('ToolCatalog', () => {
  it('believes hints only where it is told to', () => {
    for (const trusted of [true, false]) {
      const { catalog: tools, learn } = catalog(trusted)
      learn({ tools: [READS, tool('put', { idempotentHint: true }), tool('plain')] })
      expect([tools.tool('read'), tools.tool('put'), tools.tool('plain'), tools.tool('none')]).toEqual([
        { readOnly: trusted, idempotent: false },
        { readOnly: false, idempotent: trusted },
        { readOnly: false, idempotent: false },
        undefined,
      ])
    }
  })

  it('leaves tools with invalid annotations out of the list, and says why', () => {
    const { catalog: tools, learn, errors } = catalog()
    expect(learn({ tools: [READS, INVALID], ttlMs: 5 })).toEqual({ tools: [READS], ttlMs: 5 })
    expect(errors.map((error) => error.message)).toEqual([expect.stringContaining('"bad" is left out')])
    expect(tools.serves('bad')).toBe('no')
  })

  it('hands a list on as it is where nothing is wrong, or where annotations mean nothing', () => {
    const { learn } = catalog()
    const fine = { tools: [READS] }
    const legacy = { tools: [INVALID] }
    expect(learn(fine)).toBe(fine)
    expect(learn(legacy, {}, false)).toBe(legacy)
  })

  it('says no only once it has seen every page', async () => {
    const { catalog: tools, learn } = catalog()
    learn({ tools: [READS], nextCursor: '2' })
    expect([tools.serves('read'), tools.serves('late')]).toEqual(['yes', 'unknown'])
    const pages: Record<string, JsonObject> = { '': { tools: [READS], nextCursor: '2' }, 2: { tools: [tool('late')] } }
    await tools.refresh(async (cursor) => pages[cursor ?? '']!)
    expect([tools.serves('late'), tools.serves('none'), tools.stale]).toEqual(['yes', 'no', false])
    learn({ tools: [READS] })
    expect(tools.serves('late')).toBe('no')
  })

  it('fetches once for all who ask, and once more for those who asked while it did', async () => {
    const { catalog: tools } = catalog()
    let fetches = 0
    const fetch = async () => ({ tools: [tool(`v${++fetches}`)] })
    await Promise.all([tools.refresh(fetch), tools.refresh(fetch), tools.refresh(fetch)])
    expect(fetches).toBe(2)
    expect(tools.serves('v2')).toBe('yes')
  })

  it('keeps what it has when a fetch fails, and can be asked again', async () => {
    const { catalog: tools, learn } = catalog()
    learn({ tools: [READS] })
    await expect(tools.refresh(async () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
    expect([tools.serves('read'), tools.stale]).toEqual(['yes', true])
    await tools.refresh(async () => ({ tools: [] }))
    expect(tools.serves('read')).toBe('no')
  })

  it('does not believe a list that was fetched while the server went away', async () => {
    const { catalog: tools } = catalog()
    await tools.refresh(async () => (tools.invalidate(), { tools: [READS] }))
    expect(tools.stale).toBe(true)
    await tools.refresh(async () => ({ tools: [tool('read')] }))
    expect([tools.tool('read')?.readOnly, tools.stale]).toEqual([false, false])
  })

  it('does not follow a server that hands out the same cursor for ever', async () => {
    let fetches = 0
    await catalog().catalog.refresh(async () => (fetches++, { tools: [], nextCursor: 'again' }))
    expect(fetches).toBe(2)
  })

  it('keeps only so much of a list that has no end, and does not say no to the rest', async () => {
    for (const long of [1, 100_000]) {
      const { catalog: tools, learn } = catalog()
      let pages = 0
      const page = (): JsonObject => {
        pages++
        return { tools: Array.from({ length: 100 }, (_, n) => tool(`${pages}-${n}`.padEnd(long, 'n'))), nextCursor: `${pages}` }
      }
      await tools.refresh(async () => page())
      expect(pages).toBeLessThanOrEqual(101)
      expect([tools.serves('1-0'.padEnd(long, 'n')), tools.serves('none')]).toEqual(['yes', 'unknown'])
      // Page by page for a caller it is no different: the last page is what is known best.
      for (let n = 0; n < 5; n++) learn(page(), { cursor: `${pages}` })
      expect([tools.serves(`${pages}-0`.padEnd(long, 'n')), tools.serves('none')]).toEqual(['yes', 'unknown'])
    }
  })

  it('tells of changes, and not of lists that say the same', () => {
    const { learn, changes } = catalog()
    learn({ tools: [READS] })
    learn({ tools: [READS] })
    expect(changes()).toBe(1)
    learn({ tools: [tool('read')] })
    expect(changes()).toBe(2)
  })

  it('tells how a list that was known changed, and of the first one nothing', () => {
    const told: unknown[] = []
    const tools = new ToolCatalog({ trustAnnotations: true, onChange: (change) => told.push(change) })
    const learn = (...list: JsonObject[]): void => void tools.learn({}, { tools: list }, true, () => {})
    learn(READS, tool('plain'), tool('old'))
    learn(READS, tool('plain'), tool('old'))
    expect(told).toEqual([])
    learn(READS, tool('plain', { idempotentHint: true }), ...Array.from({ length: 30 }, (_, n) => tool(`new-${n}`)))
    const added = Array.from({ length: 20 }, (_, n) => `new-${n}`)
    expect(told).toEqual([{ tools: 32, added, removed: ['old'], altered: ['plain'] }])
  })
})
