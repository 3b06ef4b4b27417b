/**
 * A `Map` that keeps nothing: a view over the pool's state, by id. `set` and `delete` change that state, and what `set` leaves out
 * stays or is 0, as the map says; what is read is a copy, and stays as it was when it was read.
 */
export interface LiveMap<Value extends Written, Written = Value> extends Map<string, Value> {
  set(id: string, value: Written): this
}
