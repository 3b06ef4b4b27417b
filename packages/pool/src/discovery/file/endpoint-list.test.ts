import { describe, expect, it } from 'vitest'
import { endpointList } from './endpoint-list.js'

const entry = { url: 'http://h:8001/mcp', weight: 2, tags: ['a'] }

describe('endpointList', () => {
  it.each([
    ['JSON', JSON.stringify([entry])],
    ['JSON with a byte order mark', `\uFEFF${JSON.stringify([entry])}`],
    ['JSON in an object', JSON.stringify({ endpoints: [entry], other: 1 })],
    ['YAML', '- url: http://h:8001/mcp\n  weight: 2\n  tags: [a]\n'],
    ['YAML in an object', '# replicas\nendpoints:\n  - url: http://h:8001/mcp\n    weight: 2\n    tags:\n      - a\n'],
  ])('reads %s', (_, text) => {
    expect(endpointList(text)).toEqual([entry])
  })

  it.each(['[]', 'endpoints: []', '{"endpoints": []}'])('reads %s as no endpoints, as whoever wrote it means it', (text) => {
    expect(endpointList(text)).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['nothing', '', /^it is empty/],
    ['comments alone', '# soon\n', /^it is empty/],
    ['something else', 'hello', /^it must be a list of endpoints/],
    ['JSON that ends too early', '[\n {"url": "http://h/"},\n {"url": "s3cr3t', /^line 3, column \d+: neither JSON nor YAML/],
    ['YAML with a tab for an indent', '- url: http://a/\n- headers:\n\ta: s3cr3t\n', /^line [23], column \d+: neither JSON nor YAML/],
    ['an alias of nothing', '- *s3cr3t', /^(line 1|it has an alias)/],
    ['a document that explodes', explosive(), /^it has an alias without an anchor, or more than 100 aliases$/],
  ])('refuses %s, quoting nothing', (_, text, message) => {
    expect(() => endpointList(text)).toThrow(message)
    expect(() => endpointList(text)).not.toThrow(/s3cr3t/)
  })
})

/** Each line has the one above nine times. */
function explosive(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 9; i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  return `${lines.join('\n')}\nendpoints: *a8\n`
}
