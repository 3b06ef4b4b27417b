import { InvalidParams } from './invalid-params.js'

/**
 * One page of a list. The cursor carries the server's id, and no other server takes it: a client that brings a cursor to
 * another replica gets the error that a real server with a cursor of its own would give.
 */
export function page<Item>(items: readonly Item[], size: number, server: string, cursor?: string): { items: Item[]; nextCursor?: string } {
  const from = cursor === undefined ? 0 : position(cursor, server)
  const rest = from + size
  return { items: items.slice(from, rest), ...(rest < items.length && { nextCursor: `${server}/${rest}` }) }
}

function position(cursor: string, server: string): number {
  const cut = cursor.lastIndexOf('/')
  const from = Number(cursor.slice(cut + 1))
  if (cursor.slice(0, cut) !== server || !Number.isInteger(from)) throw new InvalidParams(`Unknown cursor ${cursor}`)
  return from
}
