import { onTestFinished } from 'vitest'
import { type DiscoveryOptions, type ResolvedDiscovery, resolveDiscovery } from '../src/config/index.js'
import type { ResolverParts } from '../src/discovery/resolver-parts.js'
import type { Resolver } from '../src/ports.js'
import { systemTimers } from '../src/system-timers.js'

/** Time of this machine, and backoffs of no length. */
export function parts(): ResolverParts {
  return { timers: systemTimers(), random: () => 0 }
}

/** Options of one type with their defaults. */
export function resolved<Type extends DiscoveryOptions['type']>(
  options: DiscoveryOptions & { readonly type: Type },
): Extract<ResolvedDiscovery, { readonly type: Type }> {
  // A type in is the same type out.
  return resolveDiscovery(options) as Extract<ResolvedDiscovery, { readonly type: Type }>
}

export interface Watching {
  /** Every set that was found, oldest first: what is told of each endpoint but its weight, sorted. */
  readonly sets: string[][]
  readonly errors: Error[]
  /** Every endpoint of the last set, as it was handed on. */
  last(): readonly unknown[]
}

/** Watches, and is closed when the test is over. */
export function watching(resolver: Resolver): Watching {
  const sets: string[][] = []
  const errors: Error[] = []
  let last: readonly unknown[] = []
  resolver.watch({
    onFound: (endpoints) => {
      last = endpoints
      sets.push(endpoints.map((endpoint) => String((endpoint as { url?: unknown }).url)).toSorted())
    },
    onError: (error) => void errors.push(error),
  })
  onTestFinished(() => resolver.close())
  return { sets, errors, last: () => last }
}
