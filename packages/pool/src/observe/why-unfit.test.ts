import { expect, it } from 'vitest'
import { whyUnfit } from './why-unfit.js'

const until = Date.UTC(2030, 0, 2, 3, 4, 5)

it.each([
  ['connecting', undefined, undefined, 'it is being connected'],
  ['unhealthy', 'no answer within 5 ms', undefined, 'it failed too often in a row, and is being reconnected: no answer within 5 ms'],
  ['disconnected', undefined, undefined, 'its connection is gone, and is being made again'],
  ['recovering', 'old', undefined, 'it is connected again, and has to answer some health checks first'],
  ['ejected', undefined, undefined, 'it was taken out of use by hand'],
  ['draining', undefined, undefined, 'it leaves the pool: it takes no new calls, and is closed when those that it has are done'],
  ['healthy', 'old', 'open', 'its circuit breaker is open, for too many of its calls failed'],
  ['healthy', undefined, 'half-open', 'its circuit breaker lets some trial calls through, and no others'],
  ['healthy', 'old', 'closed', undefined],
  ['healthy', 'old', undefined, undefined],
] as const)('%s, with the last error %s and the breaker %s, is explained', (status, lastError, breaker, sentence) => {
  expect(whyUnfit({ status, lastError }, breaker)).toBe(sentence)
})

it.each([
  ['failing', 'its calls failed far more often than those of the others; from 2030-01-02T03:04:05.000Z on trial calls decide'],
  ['slow', 'its calls took far longer than those of the others; from 2030-01-02T03:04:05.000Z on trial calls decide'],
  ['unresponsive', 'its calls are not answered; from 2030-01-02T03:04:05.000Z on trial calls decide'],
] as const)('ejected as %s says until when', (reason, sentence) => {
  expect(whyUnfit({ status: 'ejected', lastError: undefined, ejection: { reason, until } }, undefined)).toBe(sentence)
})
