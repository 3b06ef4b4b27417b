import type { Milliseconds } from '../ports.js'

/** Cells for each doubling of the latency: a cell is 9% wide, so that a quantile is right to 4.5%. */
const CELLS_PER_OCTAVE = 8
/** The first cell holds everything below. */
const SMALLEST: Milliseconds = 0.125
const LOG_SMALLEST = Math.log(SMALLEST)
/** Up to 2^20 times the smallest, 131 s; the last cell holds everything above. */
const CELLS = 20 * CELLS_PER_OCTAVE
/** Cells for each e-fold. */
const CELLS_PER_E = CELLS_PER_OCTAVE / Math.LN2
/** 16 bits a cell. */
const MOST_COUNTED = 65_535

/**
 * Latencies of about the last few thousand calls in 320 bytes, for their quantiles. When `full` are counted all counts are halved, so
 * that the newest rule, however many came before.
 */
export class LatencyHistogram {
  readonly #full: number
  #cells: Uint16Array | undefined
  #total = 0

  /** `full`: range 2 … 65,535. */
  constructor(full = 4_096) {
    this.#full = Math.min(full, MOST_COUNTED)
  }

  /** How many are counted. */
  get total(): number {
    return this.#total
  }

  /** `logLatency`: natural logarithm of a latency in milliseconds; −Infinity for none at all. Whoever adds has it at hand. */
  add(logLatency: number): void {
    // Made with the first sample: of a thousand idle clients most never have one.
    this.#cells ??= new Uint16Array(CELLS)
    this.#cells[cellOf(logLatency)]!++
    if (++this.#total >= this.#full) this.#halve(this.#cells)
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

function cellOf(logLatency: number): number {
  const cell = Math.floor((logLatency - LOG_SMALLEST) * CELLS_PER_E)
  return cell > 0 ? Math.min(cell, CELLS - 1) : 0
}
