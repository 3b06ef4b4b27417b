import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snapshotOf } from '../../test/snapshot-of.js'
import { ratesBetween } from '../status/rates.js'
import { STATUS_COLUMNS, statusesOf } from '../status/status-table.js'
import type { Key } from '../terminal/keyboard.js'
import { filtered, INITIAL, press, type TopState } from './top-state.js'

const ROOM = { page: 10, rows: 25 }

/** Characters one by one, and the names of other keys in brackets: `/abc<return>`. */
function typed(keys: string, from: TopState = INITIAL): TopState {
  const each = keys.match(/<[a-z-]+>|[^]/g) ?? []
  return each.reduce((state, key) => press(state, key.length > 1 ? { name: key.slice(1, -1) } : { char: key }, ROOM), from)
}

describe('keys', () => {
  it('sort by another column in its own order, and the same one the other way round', () => {
    expect(typed('<right>')).toMatchObject({ column: 1, reversed: false })
    expect(typed('<left>')).toMatchObject({ column: STATUS_COLUMNS.length - 1 })
    expect(typed('>>><')).toMatchObject({ column: 2, reversed: false })
    expect(typed('55')).toMatchObject({ column: 4, reversed: true })
    expect(typed('5r6')).toMatchObject({ column: 5, reversed: false })
    expect(typed('0')).toMatchObject({ column: 9 })
  })

  it('take a filter, whatever its letters do otherwise, and forget it', () => {
    expect(typed('/quit')).toMatchObject({ filter: 'quit', ended: false, typing: '' })
    expect(typed('/abd<backspace>c<return>')).toMatchObject({ filter: 'abc', typing: undefined })
    expect(typed('/abc<return>/xyz<escape>')).toMatchObject({ filter: 'abc', typing: undefined })
    expect(typed('/abc<return><escape>')).toMatchObject({ filter: '' })
    expect(typed('/abc<ctrl-u>d')).toMatchObject({ filter: 'd' })
  })

  it('pause, scroll within what there is, and end', () => {
    expect(typed(' ')).toMatchObject({ paused: true })
    expect(typed(' p')).toMatchObject({ paused: false })
    expect(typed('<down>j<up>').offset).toBe(1)
    expect(typed('<pagedown>').offset).toBe(10)
    expect(typed('<end>').offset).toBe(15)
    expect(typed('<end><home>').offset).toBe(0)
    expect(typed('<pageup>').offset).toBe(0)
    expect(typed('q').ended).toBe(true)
  })

  it('leave a column and an offset that exist, whatever is pressed', () => {
    const names = ['left', 'right', 'up', 'down', 'pageup', 'pagedown', 'home', 'end', 'escape', 'return', 'backspace', 'f1', 'ctrl-u', 'undefined']
    const key: fc.Arbitrary<Key> = fc.oneof(fc.record({ char: fc.string({ minLength: 1, maxLength: 1 }) }), fc.record({ name: fc.constantFrom(...names) }))
    const room = fc.record({ page: fc.integer({ min: 1, max: 50 }), rows: fc.nat(100) })
    fc.assert(
      fc.property(fc.array(fc.tuple(key, room), { maxLength: 200 }), (presses) => {
        let state = INITIAL
        for (const [pressed, { page, rows }] of presses) {
          state = press(state, pressed, { page, rows })
          expect(STATUS_COLUMNS[state.column]).toBeDefined()
          expect(state.offset).toBeGreaterThanOrEqual(0)
          expect(state.offset).toBeLessThanOrEqual(Math.max(0, rows - page))
          expect(state.filter.length).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})

describe('the filter', () => {
  const clients = statusesOf(
    snapshotOf([{}, { health: 'unhealthy', whyUnfit: 'its Connection is gone' }, {}]),
    ratesBetween(undefined, undefined),
    () => undefined,
  )
  const found = (filter: string): number[] => filtered(clients, filter).map(({ id }) => Number(id.slice(-1)))

  it('finds a text wherever it stands, and capitals are as good as small letters', () => {
    expect(found('')).toEqual([1, 2, 3])
    expect(found('8003')).toEqual([3])
    expect(found('UNHEALTHY')).toEqual([2])
    expect(found('connection')).toEqual([2])
    expect(found('nothing')).toEqual([])
  })
})
