import { describe, expect, it } from 'vitest'
import { resultText } from './result-text.js'

describe('resultText', () => {
  it.each([
    [
      'texts',
      [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
      'one\ntwo',
    ],
    ['an image', [{ type: 'image', mimeType: 'image/png', data: 'AAAA' }], '[image image/png, 3 bytes: --json prints it]'],
    ['a link', [{ type: 'resource_link', uri: 'note://a', name: 'a' }], 'note://a'],
    ['a text resource', [{ type: 'resource', resource: { uri: 'note://a', text: 'inside' } }], 'inside'],
    [
      'a binary resource',
      [{ type: 'resource', resource: { uri: 'note://b', mimeType: 'x/y', blob: 'AAAA' } }],
      '[resource note://b x/y, 3 bytes: --json prints it]',
    ],
    ['what it does not know', [{ type: 'hologram', depth: 3 }, 'loose'], '{"type":"hologram","depth":3}\n"loose"'],
  ])('shows %s', (_, content, text) => {
    expect(resultText({ content })).toBe(text)
  })

  it('shows the structured result where there is no content', () => {
    expect(resultText({ content: [], structuredContent: { sum: 3 } })).toBe('{\n  "sum": 3\n}')
    expect(resultText({})).toBe('')
  })
})
