import type { Milliseconds } from '../ports.js'

/** Cells for each doubling of the latency: a cell is 9% wide, so that a quantile is right to 4.5%. */
const CELLS_PER_OCTAVE = 8
/** The first cell holds everything below. */
const SMALLEST: Milliseconds = 0.125
/** Up to 2^20 times the smallest, 131 s; the last cell holds everything above. */
const CELLS = 20 * CELLS_PER_OCTAVE
/** When so many are counted all counts are halved: the newest thousands rule, and a cell never overflows 16 bits. */
const FULL = 4_096

/**
 * Latencies of about the last four thousand calls in 320 bytes, for the quantiles that people read. Nothing is decided by them:
 * raw quantiles barely separate good from bad where service times are heavy-tailed.
 */
export class LatencyHistogram {
  #cells: Uint16Array | undefined
  #total = 0

  add(latency: Milliseconds): void {
    // Made with the first sample: of a thousand idle clients most never have one.
    this.#cells ??= new Uint16Array(CELLS)
    this.#cells[cellOf(latency)]!++
    if (++this.#total >= FULL) this.#halve(this.#cells)
  }

  /** The latency that the share `q` (0 … 1) of calls did not exceed; undefined without any. */
  quantile(q: number): Milliseconds | undefined {
    if (this.#cells === undefined || this.#total === 0) return undefined
    let rest = Math.max(1, Math.ceil(q * this.#total))
    let cell = 0
    while (cell < CELLS - 1 && (rest -= this.#cells[cell]!) > 0) cell++
    // The middle of the cell, in logarithms.
    return SMALLEST * 2 ** ((cell + 0.5) / CELLS_PER_OCTAVE)
  }

  #halve(cells: Uint16Array): void {
    this.#total = 0
    for (let i = 0; i < CELLS; i++) this.#total += cells[i]! >>= 1
  }
}

function cellOf(latency: Milliseconds): number {
  const cell = Math.floor(Math.log2(latency / SMALLEST) * CELLS_PER_OCTAVE)
  return cell > 0 ? Math.min(cell, CELLS - 1) : 0
}
