import { expect, it } from 'vitest'
import { ListenRota } from './listen-rota.js'

it('lets one listen at a time, and the next when that one goes', () => {
  const rota = new ListenRota()
  const turns: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ listen: () => void turns.push(name) })) as [{ listen(): void }, { listen(): void }, { listen(): void }]
  rota.join(a)
  rota.join(b)
  rota.join(c)
  rota.join(a)
  expect(turns).toEqual(['a'])
  rota.leave(b)
  expect(turns).toEqual(['a'])
  rota.leave(a)
  rota.leave(a)
  expect(turns).toEqual(['a', 'c'])
  rota.leave(c)
  rota.join(b)
  expect(turns).toEqual(['a', 'c', 'b'])
})
