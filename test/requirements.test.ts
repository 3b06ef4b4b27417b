import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { requirements } from './requirements.js'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** Titles of tests, of their groups, and names of the rows of an `it.each`: a string that an argument or a row begins with. */
const titles = new Map<string, string>()
function hasTitle(file: string, title: string): boolean {
  const source = titles.get(file) ?? read(file).replaceAll(/\\(['"`])/g, '$1')
  titles.set(file, source)
  return [`'${title}',`, `"${title}",`, `\`${title}\`,`].some((literal) => source.includes(literal))
}

const proofs = requirements.map(({ id, proof }) => ({ id, ...proof })) as ReadonlyArray<{
  readonly id: string
  readonly tests?: Readonly<Record<string, readonly string[]>>
  readonly bench?: string
  readonly script?: string
  readonly deferred?: string
}>

describe('the requirements', () => {
  it('have ids of their own', () => {
    const ids = requirements.map(({ id }) => id)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    for (const id of ids) expect(id).toMatch(/^[A-Z]+-\d+$/)
  })

  it('are shown by something, or say why not', () => {
    const bare = proofs.filter(({ tests, bench, script, deferred }) => {
      const shown = Object.values(tests ?? {}).flat().length > 0 || bench !== undefined || script !== undefined
      return shown === (deferred !== undefined)
    })
    expect(bare.map(({ id }) => id)).toEqual([])
  })

  it('cite tests that exist', () => {
    const cited = proofs.flatMap(({ id, tests = {} }) => Object.entries(tests).flatMap(([file, names]) => names.map((title) => ({ id, file, title }))))
    expect(cited.length).toBeGreaterThan(100)
    expect(cited.filter(({ file }) => !existsSync(new URL(file, root)))).toEqual([])
    expect(cited.filter(({ file, title }) => !hasTitle(file, title))).toEqual([])
  })

  it('cite benches and scripts that exist, and every bench shows one', () => {
    const benches = proofs.flatMap(({ bench }) => bench ?? [])
    const known = [...read('bench/src/run.ts').matchAll(/^ {2}(\w+): \{ rounds:/gm)].map(([, name]) => name)
    expect(new Set(benches)).toEqual(new Set(known))
    expect(proofs.flatMap(({ script }) => script ?? []).filter((script) => !existsSync(new URL(script, root)))).toEqual([])
  })

  it('leave no integration test out', () => {
    const cited = new Set(proofs.flatMap(({ tests = {} }) => Object.keys(tests)))
    const files = ['packages/pool/test', 'packages/gateway/test'].flatMap((folder) =>
      readdirSync(new URL(folder, root))
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => `${folder}/${file}`),
    )
    expect(files.filter((file) => !cited.has(file))).toEqual([])
  })
})
