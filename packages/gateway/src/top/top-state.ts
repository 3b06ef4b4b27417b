import type { ClientStatus } from '../status/status-table.js'
import { STATUS_COLUMNS } from '../status/status-table.js'
import type { Key } from '../terminal/keyboard.js'

/** What the person at the keyboard wants to see. */
export interface TopState {
  /** Index of the column that the rows are sorted by. */
  readonly column: number
  readonly reversed: boolean
  /** Only clients in which this stands somewhere. */
  readonly filter: string
  /** The filter is being typed; what it was before. */
  readonly typing: string | undefined
  readonly paused: boolean
  /** Rows that are scrolled over. */
  readonly offset: number
  readonly ended: boolean
}

export const INITIAL: TopState = { column: 0, reversed: false, filter: '', typing: undefined, paused: false, offset: 0, ended: false }

const LONGEST_FILTER = 100

/** What a key changes. `page`: rows that are shown at once, `rows`: those that there are. */
export function press(state: TopState, key: Key, { page, rows }: { readonly page: number; readonly rows: number }): TopState {
  const next = state.typing === undefined ? command(state, key, page) : type(state, state.typing, key)
  return { ...next, offset: Math.max(0, Math.min(next.offset, rows - page)) }
}

function command(state: TopState, key: Key, page: number): TopState {
  const { column, offset } = state
  if ('char' in key) {
    const digit = '1234567890'.indexOf(key.char)
    if (digit >= 0) return byColumn(state, digit)
    switch (key.char.toLowerCase()) {
      case 'q':
        return { ...state, ended: true }
      case ' ':
      case 'p':
        return { ...state, paused: !state.paused }
      case 'r':
        return { ...state, reversed: !state.reversed }
      case '/':
        return { ...state, typing: state.filter }
      case '<':
        return byColumn(state, column - 1)
      case '>':
        return byColumn(state, column + 1)
      case 'k':
        return { ...state, offset: offset - 1 }
      case 'j':
        return { ...state, offset: offset + 1 }
      default:
        return state
    }
  }
  switch (key.name) {
    case 'left':
      return byColumn(state, column - 1)
    case 'right':
      return byColumn(state, column + 1)
    case 'up':
      return { ...state, offset: offset - 1 }
    case 'down':
      return { ...state, offset: offset + 1 }
    case 'pageup':
      return { ...state, offset: offset - page }
    case 'pagedown':
      return { ...state, offset: offset + page }
    case 'home':
      return { ...state, offset: 0 }
    case 'end':
      return { ...state, offset: Number.MAX_SAFE_INTEGER }
    case 'escape':
      return { ...state, filter: '' }
    default:
      return state
  }
}

function type(state: TopState, before: string, key: Key): TopState {
  if ('char' in key) return { ...state, filter: (state.filter + key.char).slice(0, LONGEST_FILTER), offset: 0 }
  switch (key.name) {
    case 'return':
    case 'enter':
      return { ...state, typing: undefined }
    case 'escape':
      return { ...state, typing: undefined, filter: before }
    case 'backspace':
      return { ...state, filter: state.filter.slice(0, -1), offset: 0 }
    case 'ctrl-u':
      return { ...state, filter: '', offset: 0 }
    default:
      return state
  }
}

/** Another column is sorted in its own order; the same one again the other way round. */
function byColumn(state: TopState, to: number): TopState {
  const { length } = STATUS_COLUMNS
  const column = (to + length) % length
  return { ...state, column, reversed: column === state.column ? !state.reversed : false }
}

/** Capitals and small letters are alike. */
export function filtered(clients: readonly ClientStatus[], filter: string): readonly ClientStatus[] {
  if (filter === '') return clients
  const wanted = filter.toLowerCase()
  return clients.filter(({ id, endpoint, era, health, whyUnfit = '', last }) =>
    [id, endpoint, era, health, whyUnfit, last?.what ?? ''].some((text) => text.toLowerCase().includes(wanted)),
  )
}
