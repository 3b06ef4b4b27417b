/**
 * A binary heap whose items know where they stand, so that one that gives up can be taken out of the middle: O(log n) to
 * add, move and remove, O(1) to see the first. `moved` is told of every new index; an item may stand in several heaps.
 */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean
  readonly #moved: (item: T, index: number) => void

  constructor(before: (a: T, b: T) => boolean, moved: (item: T, index: number) => void) {
    this.#before = before
    this.#moved = moved
  }

  get size(): number {
    return this.#items.length
  }

  get first(): T | undefined {
    return this.#items[0]
  }

  add(item: T): void {
    this.#items.push(item)
    this.#rise(item, this.#items.length - 1)
  }

  removeAt(index: number): void {
    const last = this.#items.pop()!
    if (index === this.#items.length) return
    this.#items[index] = last
    this.reorder(index)
  }

  /** What the item at `index` is ordered by has changed. */
  reorder(index: number): void {
    const item = this.#items[index]!
    if (index > 0 && this.#before(item, this.#items[(index - 1) >> 1]!)) this.#rise(item, index)
    else this.#sink(item, index)
  }

  #rise(item: T, from: number): void {
    let at = from
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#before(item, this.#items[above]!)) break
      this.#put(this.#items[above]!, at)
      at = above
    }
    this.#put(item, at)
  }

  #sink(item: T, from: number): void {
    const { length } = this.#items
    let at = from
    for (let below = 2 * at + 1; below < length; below = 2 * at + 1) {
      if (below + 1 < length && this.#before(this.#items[below + 1]!, this.#items[below]!)) below++
      if (!this.#before(this.#items[below]!, item)) break
      this.#put(this.#items[below]!, at)
      at = below
    }
    this.#put(item, at)
  }

  #put(item: T, at: number): void {
    this.#items[at] = item
    this.#moved(item, at)
  }
}
