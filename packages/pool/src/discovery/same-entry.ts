/** Deeper than options of an endpoint are; what is deeper, or has itself in it, is taken for another. */
const DEEPEST = 5

/** Whether two entries of a source say the same. Called for every entry of every answer: one object is the same as itself, however it came here. */
export function sameEntry(a: unknown, b: unknown): boolean {
  try {
    return same(a, b, DEEPEST)
  } catch {
    // A getter that throws.
    return false
  }
}

function same(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth === 0) return false
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => same(item, b[at], depth - 1))
  // Certificates, dispatchers, and what else is more than its members.
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false
  const [mine, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  const names = Object.keys(mine)
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same(mine[name], other[name], depth - 1))
}
