import { PassThrough, Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { Output } from './output.js'
import { isRedrawable, paintFor } from './paint.js'

it('drops what is written after the reader has gone', async () => {
  const written: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(String(chunk))
      done(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))
    },
  })
  const output = new Output(stream)
  output.line('one')
  await new Promise((resolve) => output.closed.addEventListener('abort', resolve))
  output.line('two')
  expect(written).toEqual(['one\n'])
})

it('says why what was written is lost, and writes no more', async () => {
  const written: string[] = []
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const output = new Output(
    new Writable({
      write(chunk: Buffer, _, done) {
        written.push(String(chunk))
        done(full)
      },
    }),
  )
  output.line('one')
  expect(await output.ended()).toBe(full)
  output.line('two')
  expect(written).toEqual(['one\n'])
})

it('has ended well once everything is out', async () => {
  const written: string[] = []
  const output = new Output(new Writable({ write: (chunk: Buffer, _, done) => setImmediate(() => done(void written.push(String(chunk)))) }))
  output.line('one')
  expect(await output.ended()).toBeUndefined()
  expect(written[0]).toBe('one\n')
})

it('has a width only on a terminal', () => {
  expect(new Output(new PassThrough()).columns).toBe(Number.POSITIVE_INFINITY)
  expect(new Output(Object.assign(new PassThrough(), { isTTY: true as const, columns: 33 })).columns).toBe(33)
})

it('takes a terminal that says it has no size for one of 80 x 24', () => {
  const { columns, rows } = new Output(Object.assign(new PassThrough(), { isTTY: true as const, columns: 0, rows: 0 }))
  expect({ columns, rows }).toEqual({ columns: 80, rows: 24 })
})

it.each([
  ['a terminal', true, {}, true, true],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, true, false],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false, false],
  ['a pipe', false, {}, false, false],
])('%s', (_, isTTY, env, redraws, colours) => {
  const output = new Output(Object.assign(new PassThrough(), isTTY && { isTTY: true as const }))
  expect(isRedrawable(output, env)).toBe(redraws)
  expect(paintFor(output, env)('bold', 'x') !== 'x').toBe(colours)
})
