import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createResolver, type Resolver, type ResolverListener } from '../src/discovery/public.js'

let directory: string
let path: string
let source: Watched

/** A listener that can be waited for. */
class Watched implements ResolverListener {
  readonly heard: string[] = []
  readonly #resolver: Resolver
  #wake: () => void = () => {}

  constructor(file: string) {
    this.#resolver = createResolver({ type: 'file', path: file })
    this.#resolver.watch(this)
  }

  onFound(endpoints: readonly unknown[]): void {
    this.#hear(endpoints.map((endpoint) => String((endpoint as { url?: unknown }).url)).join(' '))
  }

  onError(error: Error): void {
    this.#hear(`error: ${error.message}`)
  }

  async next(): Promise<string> {
    while (this.heard.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.heard.shift()!
  }

  close(): Promise<void> {
    return this.#resolver.close()
  }

  #hear(text: string): void {
    this.heard.push(text)
    this.#wake()
  }
}

const list = (...urls: string[]): string => JSON.stringify(urls.map((url) => ({ url })))

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-discovery-'))
  path = join(directory, 'servers.json')
})

afterEach(async () => {
  await source.close()
  await rm(directory, { recursive: true })
})

describe('a file of endpoints', () => {
  it('is read, and again whenever it is written', async () => {
    await writeFile(path, list('a'))
    source = new Watched(path)
    expect(await source.next()).toBe('a')
    await writeFile(path, list('a', 'b'))
    expect(await source.next()).toBe('a b')
    await writeFile(path, '- url: c\n')
    expect(await source.next()).toBe('c')
  })

  it('is followed when another is renamed to its name, again and again', async () => {
    await writeFile(path, list('0'))
    source = new Watched(path)
    expect(await source.next()).toBe('0')
    for (const name of ['1', '2', '3']) {
      const fresh = join(directory, randomUUID())
      await writeFile(fresh, list(name))
      await rename(fresh, path)
      expect(await source.next()).toBe(name)
    }
  })

  it('is followed through the links of a Kubernetes ConfigMap', async () => {
    for (const version of ['v1', 'v2']) {
      await mkdir(join(directory, version))
      await writeFile(join(directory, version, 'servers.json'), list(version))
    }
    const swap = async (version: string): Promise<void> => {
      await symlink(version, join(directory, '..data_tmp'))
      await rename(join(directory, '..data_tmp'), join(directory, '..data'))
    }
    await swap('v1')
    await symlink('..data/servers.json', path)
    source = new Watched(path)
    expect(await source.next()).toBe('v1')
    await swap('v2')
    expect(await source.next()).toBe('v2')
  })

  it('may vanish for a moment', async () => {
    await writeFile(path, list('a'))
    source = new Watched(path)
    expect(await source.next()).toBe('a')
    await rm(path)
    await writeFile(path, list('b'))
    expect(await source.next()).toBe('b')
  })

  it('is an error while it is missing, told once, and read when it is there', async () => {
    source = new Watched(path)
    expect(await source.next()).toMatch(/^error: .*servers\.json: ENOENT/)
    await writeFile(path, list('a'))
    expect(await source.next()).toBe('a')
    await rm(path)
    expect(await source.next()).toMatch(/^error: .*ENOENT/)
    expect(source.heard).toEqual([])
  })

  it('may be in a directory that comes later, and is another one then', async () => {
    const nested = join(directory, 'nested')
    source = new Watched(join(nested, 'servers.json'))
    expect(await source.next()).toMatch(/ENOENT/)
    for (const name of ['a', 'b']) {
      const fresh = join(directory, randomUUID())
      await mkdir(fresh)
      await writeFile(join(fresh, 'servers.json'), list(name))
      await rm(nested, { recursive: true, force: true })
      await rename(fresh, nested)
      expect(await source.next()).toBe(name)
    }
  })

  it('that is truncated or broken is an error, and not a set without endpoints', async () => {
    await writeFile(path, list('a'))
    source = new Watched(path)
    expect(await source.next()).toBe('a')
    await writeFile(path, '')
    expect(await source.next()).toMatch(/^error: .*servers\.json: it is empty/)
    await writeFile(path, '[\n {"url": "a"},\n {"url"')
    expect(await source.next()).toMatch(/^error: .*servers\.json: line 3, column \d+: neither JSON nor YAML/)
    await writeFile(path, list('a'))
    expect(await source.next()).toBe('a')
  })

  it('is not read while it is written in parts', async () => {
    await writeFile(path, list('a'))
    source = new Watched(path)
    expect(await source.next()).toBe('a')
    const whole = list('a', 'b', 'c')
    for (let length = 1; length <= whole.length; length += 5) await writeFile(path, whole.slice(0, length))
    await writeFile(path, whole)
    expect(await source.next()).toBe('a b c')
  })

  it('that is a directory is an error', async () => {
    await mkdir(path)
    source = new Watched(path)
    expect(await source.next()).toMatch(/it is no file$/)
  })
})
