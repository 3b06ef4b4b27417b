import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from './usage-error.js'

export type OptionSpecs = NonNullable<ParseArgsConfig['options']>

type Parsed<Specs extends OptionSpecs> = ReturnType<typeof parseArgs<{ options: Specs; allowPositionals: true; strict: true }>>

/** Node's own parser, with errors that name what is allowed. Every command takes `--help` besides. */
export function parseOptions<const Specs extends OptionSpecs>(args: readonly string[], options: Specs): Parsed<Specs> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    if (!isParseError(error)) throw error
    const allowed = [...Object.keys(options), 'help'].map((name) => `--${name}`)
    // What follows in Node's message is advice for programs that take arguments with a dash in front.
    throw new UsageError(`${error.message.split('. To specify', 1)[0]?.replace(/\.$/, '')}. Allowed: ${allowed.join(', ')}`)
  }
}

/** Refuses what is left over: an argument without its quotes is easily taken for several. */
export function atMost(count: number, positionals: readonly string[], what: string): void {
  if (positionals.length > count) throw new UsageError(`Allowed: ${what}. Got also '${positionals.slice(count).join(' ')}': does an argument need quotes?`)
}

function isParseError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS')
}
