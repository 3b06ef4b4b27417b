import { expect, it } from 'vitest'
import { transportFailure } from '../../transport-failure.js'
import { isUnreachable, statusFailure } from './failures.js'

const coded = (code: string) => Object.assign(new Error('it broke'), { code })

it('takes only a refused connection for nobody being there', () => {
  expect(isUnreachable(transportFailure(coded('ECONNREFUSED'), false, 'here'))).toBe(true)
  expect(isUnreachable(transportFailure(coded('UND_ERR_CONNECT_TIMEOUT'), false, 'here'))).toBe(false)
  expect(isUnreachable(transportFailure(coded('ECONNRESET'), true, 'here'))).toBe(false)
  expect(isUnreachable(statusFailure(500, 'sent', 'here', undefined))).toBe(false)
})
