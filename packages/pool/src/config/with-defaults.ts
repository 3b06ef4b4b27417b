import { isRecord } from './checks.js'
import type { PoolOptions } from './options.js'

/** The options of a preset: as they were given, with other defaults for some. What is no object stays what it is, to be refused by name. */
export function withDefaults(options: PoolOptions, defaults: Partial<PoolOptions>): PoolOptions {
  if (!isRecord(options)) return options
  const missing = Object.entries(defaults).filter(([name]) => options[name] === undefined)
  return { ...options, ...Object.fromEntries(missing) }
}
