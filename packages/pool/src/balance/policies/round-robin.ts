import type { Candidates } from '../candidates.js'
import { FEW } from './policy.js'

/**
 * One after the other, also where requests differ in who may serve them.
 *
 * A counter modulo the number of candidates is unfair as soon as that number changes from pick to pick: with two kinds of requests
 * taking turns, one of them may see only even numbers. Here everyone remembers when it had its last turn, whatever the
 * request was, and the one who has waited longest is next. With the same candidates every time that is the old round robin.
 *
 * Of many candidates only the next 16 after the cursor are compared.
 */
export class RoundRobin {
  #turns = 0

  next(candidates: Candidates, lookAt: number = FEW): number {
    const { loads } = candidates
    const looks = Math.min(lookAt, loads.length)
    let chosen = candidates.cursor % loads.length
    for (let i = 1, at = chosen; i < looks; i++) {
      at = at + 1 === loads.length ? 0 : at + 1
      if (loads[at]!.turn < loads[chosen]!.turn) chosen = at
    }
    loads[chosen]!.turn = ++this.#turns
    candidates.cursor = chosen + 1
    return chosen
  }
}
