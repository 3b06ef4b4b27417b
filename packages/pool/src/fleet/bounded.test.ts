import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../testing/index.js'
import { Bounded } from './bounded.js'
import { Until } from './until.js'

const late = (): Error => new Error('late')

describe('Bounded', () => {
  it('is what the work comes to, and needs no time after that', async () => {
    const time = new VirtualTime()
    await expect(new Bounded(time, Promise.resolve(7), 100, late).result).resolves.toBe(7)
    await expect(new Bounded(time, Promise.reject(new Error('own')), 100, late).result).rejects.toThrow('own')
    await time.run(0)
    expect(time.pending).toBe(0)
  })

  it('ends at its time, not before', async () => {
    const time = new VirtualTime()
    const ends: string[] = []
    const { result } = new Bounded(time, new Promise(() => {}), 100, late)
    result.catch((error: Error) => ends.push(error.message))
    await time.run(99)
    expect(ends).toEqual([])
    await time.run(1)
    expect(ends).toEqual(['late'])
  })

  it('ends when it is cancelled, and drops what comes after', async () => {
    const time = new VirtualTime()
    let finish: (value: number) => void = () => {}
    const bounded = new Bounded(time, new Promise<number>((resolve) => (finish = resolve)), 100, late)
    bounded.cancel(new Error('not wanted'))
    finish(1)
    await expect(bounded.result).rejects.toThrow('not wanted')
    expect(time.pending).toBe(0)
  })
})

describe('Until', () => {
  it('needs no time where it is so already', async () => {
    const time = new VirtualTime()
    await new Until(time, () => true).over
    expect(time.pending).toBe(0)
  })

  it.each([
    ['it is so', 1_000, 5_000, 1_000],
    ['its time is over', 5_000, 1_010, 1_010],
  ])('waits until %s', async (_, soAt, timeout, end) => {
    const time = new VirtualTime()
    let over = false
    void new Until(time, () => time.now() >= soAt, timeout).over.then(() => (over = true))
    await time.run(end - 1)
    expect(over).toBe(false)
    await time.run(1)
    expect(over).toBe(true)
    expect(time.pending).toBe(0)
  })

  it('can be cut short', async () => {
    const time = new VirtualTime()
    const until = new Until(time, () => false)
    until.cut()
    await until.over
    expect(time.pending).toBe(0)
  })
})
