import type { Affinity } from './balance/index.js'
import { type LiveMap, StateView } from './fleet/index.js'
import type { Clock } from './ports.js'

/** `pool.affinityMap`: which client each key is bound to, for people to read and write. */
export function affinityView(affinity: Affinity, clock: Clock): LiveMap<string> {
  return new StateView({
    ids: function* () {
      for (const [key] of affinity.entries(clock.now())) yield key
    },
    read: (key) => affinity.get(key, clock.now()),
    write: (key, client) => affinity.set(key, client, clock.now()),
    reset: (key) => affinity.delete(key),
  })
}
