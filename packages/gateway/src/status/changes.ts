import { isSamePool, type Snapshot, type SnapshotClient } from './snapshot.js'

export interface Change {
  /** undefined: it happened to the pool. */
  readonly endpoint: string | undefined
  readonly what: string
}

const HEALTH_WORDS: Readonly<Record<string, string>> = { healthy: 'healthy again', recovering: 'reconnecting', connecting: 'connecting' }

/** What must have happened between two snapshots, in the words of a person who watches. What came and went in between is not seen. */
export function changesBetween(before: Snapshot, after: Snapshot): Change[] {
  if (!isSamePool(before, after)) return [{ endpoint: undefined, what: 'another pool answers: it was restarted, or several share this address' }]
  const changes: Change[] = []
  const earlier = new Map(before.clients.map((client) => [client.id, client]))
  const present = new Set(after.clients.map(({ id }) => id))
  // Those who are gone first: others may have come in their place.
  for (const { id, endpoint } of before.clients) if (!present.has(id)) changes.push({ endpoint, what: 'removed' })
  for (const client of after.clients) {
    for (const what of clientChanges(earlier.get(client.id), client)) changes.push({ endpoint: client.endpoint, what })
  }
  if (after.pool.panicking !== before.pool.panicking)
    changes.push({ endpoint: undefined, what: after.pool.panicking ? 'panic: most clients are ejected, and all are used' : 'the panic is over' })
  const sentAway = (snapshot: Snapshot): number => (snapshot.queue?.shed ?? 0) + (snapshot.queue?.timedOut ?? 0)
  if (sentAway(after) > sentAway(before))
    changes.push({ endpoint: undefined, what: `${sentAway(after) - sentAway(before)} calls were sent away from the queue` })
  return changes
}

function* clientChanges(before: SnapshotClient | undefined, after: SnapshotClient): Iterable<string> {
  if (before === undefined) return yield 'connected'
  if (before.health !== after.health) yield HEALTH_WORDS[after.health] ?? after.health
  if (before.breaker !== after.breaker && after.breaker !== undefined) yield `breaker ${after.breaker}`
  if (before.era !== after.era && after.era !== undefined && before.era !== undefined) yield `speaks the ${after.era} era`
}
