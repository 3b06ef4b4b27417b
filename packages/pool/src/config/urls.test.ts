import { describe, expect, it } from 'vitest'
import { Place, Problems } from './problems.js'
import { authorizationServerUrl } from './urls.js'

const read = (url: unknown): string | undefined => authorizationServerUrl.read(url, new Place(new Problems()))

describe('an authorization server', () => {
  it.each([
    ['https://auth.example.com/', 'https://auth.example.com'],
    ['https://auth.example.com/tenant/', 'https://auth.example.com/tenant'],
    ['http://localhost:3001', 'http://localhost:3001'],
    ['http://auth.localhost:3001', 'http://auth.localhost:3001'],
    ['http://127.9.9.9', 'http://127.9.9.9'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://[::1]:3001', 'http://[::1]:3001'],
  ])('may be %s', (url, base) => {
    expect(read(url)).toBe(base)
  })

  it.each([
    'http://10.0.0.1/',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'http://[::2]/',
    'https://u:p@h/',
    'https://h/?a',
    'https://h/#a',
    'h',
  ])('may not be %s', (url) => {
    expect(read(url)).toBeUndefined()
  })
})
