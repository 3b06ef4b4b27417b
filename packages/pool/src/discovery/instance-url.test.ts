import { expect, it } from 'vitest'
import { instanceUrl } from './instance-url.js'

it.each([
  ['10.0.0.1', 8_080, { scheme: 'http', path: '/mcp' }, 'http://10.0.0.1:8080/mcp'],
  ['fd00::1', 8_443, { scheme: 'https', path: 'v1/mcp' }, 'https://[fd00::1]:8443/v1/mcp'],
  ['mcp-1.internal', 80, { scheme: 'http', path: '/' }, 'http://mcp-1.internal:80/'],
] as const)('%s %d %o: %s', (host, port, shape, url) => {
  expect(instanceUrl(host, port, shape)).toBe(url)
})

it.each([0, undefined, 'http', 80.5, -1])('makes no URL of the port %s', (port) => {
  expect(URL.canParse(instanceUrl('10.0.0.1', port, { scheme: 'http', path: '/mcp' }))).toBe(false)
})
