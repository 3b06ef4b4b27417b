import { describe, expect, it } from 'vitest'
import { atMost, parseOptions } from './parse-options.js'
import { UsageError } from './usage-error.js'

const OPTIONS = {
  endpoint: { type: 'string', multiple: true },
  timeout: { type: 'string', default: '60s' },
  json: { type: 'boolean', default: false },
} as const

describe('parseOptions', () => {
  it('takes options before, between and after arguments', () => {
    const { values, positionals } = parseOptions(['--endpoint', 'a', 'tool', '--endpoint=b', '{}', '--json'], OPTIONS)
    expect(values).toEqual({ endpoint: ['a', 'b'], timeout: '60s', json: true })
    expect(positionals).toEqual(['tool', '{}'])
  })

  it.each([
    [['--endpiont', 'a'], "Unknown option '--endpiont'. Allowed: --endpoint, --timeout, --json, --help"],
    [['--timeout'], "Option '--timeout <value>' argument missing. Allowed: --endpoint, --timeout, --json, --help"],
    [['--json=yes'], "Option '--json' does not take an argument. Allowed: --endpoint, --timeout, --json, --help"],
  ])('refuses %j and says what is allowed', (args, message) => {
    expect(() => parseOptions(args, OPTIONS)).toThrow(new UsageError(message))
  })
})

describe('atMost', () => {
  it('refuses arguments that are left over', () => {
    expect(() => atMost(2, ['tool', '{"a":', '1}'], `TOOL '{json}'`)).toThrow(
      new UsageError("Allowed: TOOL '{json}'. Got also '1}': does an argument need quotes?"),
    )
    expect(() => atMost(2, ['tool', '{}'], '')).not.toThrow()
  })
})
