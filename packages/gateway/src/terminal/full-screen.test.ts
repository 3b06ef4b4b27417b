import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { FullScreen } from './full-screen.js'
import { Output } from './output.js'

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'

function terminal(rows: number) {
  const stream = Object.assign(new PassThrough(), { isTTY: true as const, rows, columns: 40 })
  const mortal = new EventEmitter()
  return { stream, mortal, screen: new FullScreen(new Output(stream), mortal), written: () => String(stream.read() ?? '') }
}

it('draws on a screen of its own, never more lines than it has, and gives the old one back', () => {
  const { screen, mortal, written } = terminal(2)
  screen.draw(['a', 'b', 'c'])
  expect(written()).toBe(`${ENTER}\u001b[Ha\u001b[K\nb\u001b[K\u001b[J`)
  screen.draw(['d'])
  expect(written()).toBe('\u001b[Hd\u001b[K\u001b[J')
  screen.leave()
  screen.leave()
  expect(written()).toBe(LEAVE)
  expect(mortal.eventNames()).toEqual([])
})

it.each(['exit', 'uncaughtExceptionMonitor'])('gives the old one back on %s, before anything is printed', (event) => {
  const { screen, mortal, written } = terminal(5)
  screen.draw(['a'])
  written()
  mortal.emit(event)
  expect(written()).toBe(LEAVE)
  screen.leave()
  expect(written()).toBe('')
})
