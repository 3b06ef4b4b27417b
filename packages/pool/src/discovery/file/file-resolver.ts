import { type FSWatcher, type Stats, watch } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Alarm, type Milliseconds, type Resolver, type ResolverListener, type Timers } from '../../ports.js'
import { endpointList } from './endpoint-list.js'

/** How long the file must stay as it is before it is read: whoever writes it in parts, or puts another in its place, has done so by then. */
const SETTLED: Milliseconds = 25

/** As long as that it may be in motion; then it is read as it is. */
const MOST_LOOKS = 20

/** A file that is away this long is missing. Between, it is being replaced by somebody who removes it first. */
const MISSING: Milliseconds = 500

/** Where the system tells of no changes (network file systems, a link to elsewhere), looking finds them. */
const LOOK_EVERY: Milliseconds = 1_000

const MAX_SIZE = 64 * 1024 * 1024

/**
 * Reads the endpoints of a file, and again whenever it is another.
 *
 * Its directory is watched and not the file: editors, deployments and Kubernetes put a new file, or a link, in its place, and
 * a watch on the file would stay with the old one. What tells whether it changed is its identity, size and time.
 */
export class FileResolver extends Alarm implements Resolver {
  readonly #path: string
  readonly #timers: Timers
  #listener: ResolverListener | undefined
  #closed = false
  #looking: Promise<void> | undefined
  /** Something happened while a look was under way. */
  #again = false
  #directory: { readonly watcher: FSWatcher; readonly identity: string } | undefined
  /** What the listener was told of: the state of the file then. */
  #told: string | undefined
  /** The state that was seen last, which has to last. */
  #seen: string | undefined
  #seenSince: Milliseconds = 0
  #restless = 0

  constructor(path: string, timers: Timers) {
    super()
    this.#path = path
    this.#timers = timers
  }

  watch(listener: ResolverListener): void {
    this.#listener = listener
    this.#look()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timers.clear(this)
    this.#directory?.watcher.close()
    await this.#looking
  }

  override fire(): void {
    this.#look()
  }

  #look(): void {
    if (this.#closed) return
    this.#again = this.#looking !== undefined
    this.#looking ??= this.#lookOnce().then((next) => {
      this.#looking = undefined
      if (!this.#closed) this.#timers.set(this, this.#again ? 0 : next)
    })
  }

  /** When to look again. Never rejects. */
  async #lookOnce(): Promise<Milliseconds> {
    await this.#watchDirectory()
    const found = await stat(this.#path).catch((error: NodeJS.ErrnoException) => error)
    const state = stateOf(found)
    if (state === this.#told) {
      this.#restless = 0
      this.#seen = state
      return LOOK_EVERY
    }
    const now = this.#timers.now()
    if (state !== this.#seen) {
      this.#seen = state
      this.#seenSince = now
      this.#restless++
      if (this.#restless < MOST_LOOKS) return SETTLED
    }
    const needed = found instanceof Error && this.#told !== undefined ? MISSING : SETTLED
    const lasted = now - this.#seenSince
    if (lasted < needed && this.#restless < MOST_LOOKS) return needed - lasted
    await this.#tell(found)
    this.#told = state
    this.#restless = 0
    return LOOK_EVERY
  }

  async #tell(found: Stats | Error): Promise<void> {
    let endpoints: readonly unknown[]
    try {
      if (found instanceof Error) throw found
      if (!found.isFile()) throw new Error('it is no file')
      if (found.size > MAX_SIZE) throw new Error(`it has ${found.size} bytes, and ${MAX_SIZE} are the most`)
      endpoints = endpointList(await readFile(this.#path, 'utf8'))
    } catch (cause) {
      if (!this.#closed) this.#listener?.onError(new Error(`${this.#path}: ${(cause as Error).message}`, { cause }))
      return
    }
    if (!this.#closed) this.#listener?.onFound(endpoints)
  }

  /** The directory may be missing, or be another than before. */
  async #watchDirectory(): Promise<void> {
    const path = dirname(this.#path)
    const found = await stat(path).catch(() => undefined)
    const identity = found === undefined ? undefined : `${found.dev}:${found.ino}`
    if (this.#closed || identity === this.#directory?.identity) return
    this.#directory?.watcher.close()
    this.#directory = undefined
    if (identity === undefined) return
    try {
      const watcher = watch(path, () => this.#look())
      watcher.on('error', () => {
        watcher.close()
        this.#directory = undefined
      })
      this.#directory = { watcher, identity }
    } catch {
      // No watches are left, or there are none here: looking has to do.
    }
  }
}

function stateOf(found: Stats | NodeJS.ErrnoException): string {
  if (found instanceof Error) return found.code ?? found.message
  const { dev, ino, size, mtimeMs, ctimeMs } = found
  return `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`
}
