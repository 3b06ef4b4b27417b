import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ToolCatalog } from './tool-catalog.js'
import { ToolDirectory } from './tool-directory.js'

const listed = (...names: string[]) => ({ tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })) })

it('leaves an endpoint out that lacks a tool only where another one lists it', () => {
  const directory = new ToolDirectory()
  const [a, b] = [new ToolCatalog({ trustAnnotations: true, directory }), new ToolCatalog({ trustAnnotations: true, directory })]
  const learn = (catalog: ToolCatalog, ...names: string[]) => catalog.learn({ params: {} }, listed(...names), false, () => {})
  learn(a, 'echo', 'pay')
  learn(b, 'echo')
  expect([a.serves('pay'), b.serves('pay')]).toEqual(['yes', 'no'])
  expect([a.serves('hidden'), b.serves('hidden')]).toEqual(['unknown', 'unknown'])
  learn(a, 'echo')
  expect([a.serves('pay'), b.serves('pay')]).toEqual(['unknown', 'unknown'])
  learn(a, 'echo', 'pay')
  // Its endpoint goes: who still has a call there asks it as ever, and nobody else is left out for it.
  a.leave()
  expect([a.serves('pay'), b.serves('pay')]).toEqual(['yes', 'unknown'])
  learn(a, 'echo', 'pay', 'more')
  expect(b.serves('more')).toBe('unknown')
})

it('holds exactly what somebody lists, whatever the lists become', () => {
  const list = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
  fc.assert(
    fc.property(fc.array(fc.record({ endpoint: fc.nat(2), tools: list })), (changes) => {
      const directory = new ToolDirectory()
      const lists: string[][] = [[], [], []]
      for (const { endpoint, tools } of changes) {
        directory.replace(lists[endpoint]!, tools)
        lists[endpoint] = tools
        for (const tool of ['a', 'b', 'c', 'd', 'e']) expect(directory.has(tool)).toBe(lists.some((each) => each.includes(tool)))
      }
    }),
  )
})
