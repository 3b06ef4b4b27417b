import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { Output } from './output.js'
import { Screen } from './screen.js'

function terminal(rows: number): { screen: Screen; written: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true as const, rows, columns: 40 })
  return { screen: new Screen(new Output(stream)), written: () => String(stream.read() ?? '') }
}

it('draws over its last drawing and gives the cursor back', () => {
  const { screen, written } = terminal(10)
  screen.draw(['a', 'b'])
  expect(written()).toBe('\u001b[?25l\r\u001b[Ja\nb\n')
  screen.draw(['c'])
  expect(written()).toBe('\u001b[2A\r\u001b[Jc\n')
  screen.end()
  expect(written()).toBe('\u001b[?25h')
  screen.end()
  expect(written()).toBe('')
})

it('never draws more lines than it can take back', () => {
  const { screen, written } = terminal(3)
  screen.draw(['a', 'b', 'c', 'd'])
  expect(written()).toBe('\u001b[?25l\r\u001b[Ja\nb\n')
})
