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
  /** The sets that were found, oldest first, each once in a row: the URLs, sorted. */
  readonly sets: string[][]
  readonly errors: Error[]
  /** Every endpoint of the last set, as it was handed on. */
  last(): readonly unknown[]
  /** How often it was told, also of what it knew. */
  answers(): number
}

/** Watches, and is closed when the test is over. */
export function watching(resolver: Resolver): Watching {
  const sets: string[][] = []
  const errors: Error[] = []
  let last: readonly unknown[] = []
  let answers = 0
  resolver.watch({
    onFound: (endpoints) => {
      last = endpoints
      answers++
      const urls = endpoints.map((endpoint) => String((endpoint as { url?: unknown }).url)).toSorted()
      if (urls.join() !== sets.at(-1)?.join()) sets.push(urls)
    },
    onError: (error) => void errors.push(error),
  })
  onTestFinished(() => resolver.close())
  return { sets, errors, last: () => last, answers: () => answers }
}
