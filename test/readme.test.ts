import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const readme = read('README.md')
const bin = new URL('../packages/gateway/bin/mcp-pool.js', import.meta.url)

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}

/** What stands in the README under `<!-- kind: name -->`, by name. */
function blocks(kind: string): Array<readonly [string, string]> {
  const pattern = new RegExp(`^<!-- ${kind}: (\\S+) -->\\n\`\`\`\\w*\\n([^]*?)^\`\`\`$`, 'gm')
  return [...readme.matchAll(pattern)].map(([, name = '', text = '']) => [name, text] as const)
}

describe('the README', () => {
  it.each(blocks('example'))('shows %s as it is run', (path, shown) => {
    const [, region] = /^(?:\/\/ #|# )region readme\n([^]*?)^(?:\/\/ #|# )endregion$/m.exec(read(path)) ?? []
    expect(shown).toBe(region)
  })

  it('shows every example', () => {
    const files = readdirSync(new URL('../examples/src/', import.meta.url)).filter((file) => file !== 'run.ts')
    expect(blocks('example').map(([path]) => path)).toEqual(expect.arrayContaining([...files.map((file) => `examples/src/${file}`), 'examples/command.sh']))
  })

  it.each(blocks('help'))('shows the help of mcp-pool %s', (command, shown) => {
    expect(shown).toBe(execFileSync(process.execPath, [bin.pathname, command, '--help'], { encoding: 'utf8' }))
  })

  it('shows the help of every command', () => {
    const listed = execFileSync(process.execPath, [bin.pathname, '--help'], { encoding: 'utf8' })
    const commands = [...listed.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name)
    expect(new Set(blocks('help').map(([name]) => name))).toEqual(new Set(commands))
  })

  it('explains every error code, with no fenced code that nothing checks', () => {
    const [, union = ''] = /export type PoolErrorCode =\n((?: {2}\| '\w+'\n)+)/.exec(read('packages/pool/src/errors.ts')) ?? []
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code)
    expect(codes.length).toBeGreaterThan(0)
    expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
    expect(readme.match(/^```\w*$/gm)).toHaveLength(2 * (blocks('example').length + blocks('help').length))
  })

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([])
  })
})
