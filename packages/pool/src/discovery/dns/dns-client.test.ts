import { expect, it } from 'vitest'
import { nameServer } from './dns-client.js'

it.each([
  ['10.0.0.2', '10.0.0.2', 53],
  ['127.0.0.1:8600', '127.0.0.1', 8_600],
  ['fd00::53', 'fd00::53', 53],
  ['[fd00::53]:5353', 'fd00::53', 5_353],
])('%s is a name server', (text, host, port) => {
  expect(nameServer(text)).toEqual({ host, port })
})
