import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitCommandLine } from './split-command-line.js'

const split = (line: string): string[] => splitCommandLine('--stdio', line)

describe('splitCommandLine', () => {
  it.each([
    ['', []],
    ['  \t\n ', []],
    ['node server.js', ['node', 'server.js']],
    ['  node   server.js  ', ['node', 'server.js']],
    [`node "my server.js"`, ['node', 'my server.js']],
    [`a 'b c' d`, ['a', 'b c', 'd']],
    [`it''s`, ['its']],
    [`--name='x y'z`, ['--name=x yz']],
    [`"" ''`, ['', '']],
    [`a\\ b`, ['a b']],
    [`"say \\"hi\\" \\$HOME \\n"`, ['say "hi" $HOME \\n']],
    [`'no \\ escape'`, ['no \\ escape']],
    [`$HOME *.js | wc; ls`, ['$HOME', '*.js', '|', 'wc;', 'ls']],
    ['trailing\\', ['trailing\\']],
  ])('cuts %j into %j', (line, words) => {
    expect(split(line)).toEqual(words)
  })

  it.each([`node "server`, `node 'server`, `"`, `a\\"b"`])('refuses %j: a quote is never closed', (line) => {
    expect(() => split(line)).toThrow(/^--stdio has a ['"] that is never closed/)
  })

  it('gives back any words that were quoted', () => {
    const word = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.constantFrom(single, double, escaped))), (words) => {
        expect(split(words.map(([text, quoted]) => quoted(text)).join(' '))).toEqual(words.map(([text]) => text))
      }),
    )
  })

  it('agrees with a shell on quotes and escapes', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '-'), maxLength: 30 }).filter((text) => !text.endsWith('\\'))
    fc.assert(
      fc.property(line, (text) => {
        let words: string[]
        try {
          words = split(text)
        } catch {
          return
        }
        const printed = execFileSync('/bin/sh', ['-c', `for word in ${text}\ndo printf '%s\\0' "$word"\ndone`], { encoding: 'utf8' })
        expect(words).toEqual(printed.split('\0').slice(0, -1))
      }),
      { numRuns: 50 },
    )
  })
})

function single(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function double(text: string): string {
  return `"${text.replace(/["\\$`]/g, '\\$&')}"`
}

function escaped(text: string): string {
  return text === '' ? `''` : text.replace(/./gsu, '\\$&')
}
