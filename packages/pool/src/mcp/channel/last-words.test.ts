import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LastWords } from './last-words.js'

const words = (env: Record<string, string> = {}, args: string[] = []) => new LastWords({ env, args })

describe('LastWords', () => {
  it('keeps the last lines, however they arrive', () => {
    const subject = words()
    for (const chunk of ['one\ntw', 'o\n\nthree\r\nfour\nfive\nsix\n', 'sev', 'en']) subject.add(chunk)
    expect(subject.toString()).toBe('three ⏎ four ⏎ five ⏎ six ⏎ seven')
  })

  it('is empty where nothing was said', () => {
    const subject = words()
    subject.add('\n \n')
    expect(subject.toString()).toBe('')
  })

  it('strikes out the environment, and arguments that are named like secrets', () => {
    const subject = words({ A: 'sesame', PORT: '80' }, ['--api-key', 'k3y-value', '--token=t0ken', '--verbose', 'server.js'])
    subject.add('sesame k3y-value t0ken 80 server.js\n')
    expect(subject.toString()).toBe('… … … 80 server.js')
  })

  it('never says a secret, never grows, and never controls a terminal', () => {
    const secret = fc.string({ minLength: 8, maxLength: 20 }).filter((value) => /^[!-~]+$/.test(value) && !value.includes('…'))
    const chunk = fc.array(fc.oneof(fc.constant('S'), fc.constant('\n'), fc.string(), fc.constant('x'.repeat(1_000)), fc.constant('\u001b[2J')), {
      maxLength: 50,
    })
    fc.assert(
      fc.property(secret, fc.array(chunk, { maxLength: 20 }), (value, chunks) => {
        const subject = words({ SECRET: value })
        for (const pieces of chunks) subject.add(pieces.map((piece) => (piece === 'S' ? ` ${value} ` : piece)).join(''))
        const said = subject.toString()
        expect(said.includes(value)).toBe(false)
        expect(said.length).toBeLessThanOrEqual(5 * 300 + 4 * 3)
        expect(Array.from(said).every((character) => character >= ' ')).toBe(true)
      }),
    )
  })
})
