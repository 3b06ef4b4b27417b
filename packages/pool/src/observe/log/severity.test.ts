import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SEVERITIES } from './severity.js'

const page = readFileSync(new URL('../../../../../docs/observability.md', import.meta.url), 'utf8')
const events = Object.keys(SEVERITIES)

describe('docs/observability.md', () => {
  it('explains every event', () => {
    const [, table = ''] = /^## Events$([^]*?)^## /m.exec(page) ?? []
    expect(events.filter((name) => !table.includes(`\`${name}\``))).toEqual([])
  })

  it.each(['error', 'warn', 'debug'])('says which events are logged as %s', (severity) => {
    const [row = ''] = new RegExp(`^\\| \`${severity}\` \\|.*$`, 'm').exec(page) ?? []
    const said = [...row.matchAll(/`([\w:-]+)`/g)].map(([, name = '']) => name).filter((name) => events.includes(name))
    const always = Object.entries(SEVERITIES).flatMap(([name, how]) => (how === severity ? [name] : []))
    const sometimes = Object.entries(SEVERITIES).flatMap(([name, how]) => (typeof how === 'function' ? [name] : []))
    expect(said).toEqual(expect.arrayContaining(always))
    expect(said.filter((name) => !always.includes(name) && !sometimes.includes(name))).toEqual([])
  })
})
