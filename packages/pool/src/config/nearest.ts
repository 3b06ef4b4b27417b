const LONGEST = 64

/** The known name that was probably meant: close in spelling, whatever its case. undefined where none is close. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one string into the other (optimal string alignment,
 * Damerau 1964). Three rows are enough, since a swap looks two back.
 */
export function editDistance(from: string, to: string): number {
  let twoBack: number[] = []
  let back = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(back[column]! + 1, current[column - 1]! + 1, back[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) cost = Math.min(cost, twoBack[column - 2]! + 1)
      current.push(cost)
    }
    twoBack = back
    back = current
  }
  return back[to.length]!
}
