import { Chunks } from './chunks.js'
import { isPlain } from './header-value.js'

/** What a parser tells; the owner is the sink itself, so that a stream costs no closures. */
export interface SseSink {
  /** One event. `type` is `''` where none was given; `id` is the last one seen on the stream, or undefined before the first. */
  onEvent(data: string, type: string, id: string | undefined): void
  /** The server wants this wait before a reconnection, in milliseconds. */
  onRetry(delay: number): void
  /** One event is larger than allowed. The parser takes nothing more. */
  onOversized(): void
}

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
/** Servers take 8 to 16 KB of headers. */
const MAX_ID = 4_096
const DIGITS = /^[0-9]+$/

/**
 * Server-sent events from bytes as they come (WHATWG HTML, 9.2.6 "Interpreting an event stream").
 *
 *     bytes ─▶ lines (LF, CR or CRLF) ─▶ fields ─▶ event at an empty line
 *
 * Lines are cut in the bytes and decoded whole, so no character is ever split, and what is kept between two chunks is at
 * most one event: its size, names and line ends included, is bounded by `maxEventSize`.
 *
 * Other than a browser's, an event whose data is empty is told too, for servers prime a stream with one that has only an id;
 * and the ids are visible ASCII, as those of MCP servers are, of at most 4 KB.
 */
export class SseParser {
  readonly #sink: SseSink
  readonly #maxEventSize: number
  /** Start of the line that the last chunk did not finish. */
  #carry: Chunks | undefined = undefined
  /** Bytes of the event so far. */
  #size = 0
  #data: string | undefined = undefined
  #type = ''
  #id: string | undefined = undefined
  #hasId = false
  /** The last chunk ended in CR: an LF that comes next belongs to it. */
  #afterReturn = false
  #atStart = true
  #stopped = false

  constructor(sink: SseSink, maxEventSize: number) {
    this.#sink = sink
    this.#maxEventSize = maxEventSize
  }

  /** No event is told after this, also of the chunk that is being read. */
  stop(): void {
    this.#stopped = true
  }

  push(chunk: Buffer): void {
    let from = 0
    if (this.#afterReturn && chunk.length > 0) {
      this.#afterReturn = false
      if (chunk[0] === LF) from = 1
    }
    // CR alone as a line end is allowed and hardly ever seen: one look at the chunk keeps the search for it out of the way.
    let cr = chunk.indexOf(CR, from)
    while (!this.#stopped) {
      const lf = chunk.indexOf(LF, from)
      if (cr !== -1 && cr < from) cr = chunk.indexOf(CR, from)
      if (cr !== -1 && (lf === -1 || cr < lf)) {
        this.#line(chunk, from, cr)
        from = cr + 1
        if (from === chunk.length) this.#afterReturn = true
        else if (chunk[from] === LF) from++
      } else if (lf !== -1) {
        this.#line(chunk, from, lf)
        from = lf + 1
      } else break
    }
    if (!this.#stopped && from < chunk.length) this.#keep(chunk.subarray(from))
  }

  #keep(rest: Buffer): void {
    if (this.#grow(rest.length)) return
    if (this.#carry === undefined) this.#carry = new Chunks(rest)
    else this.#carry.push(rest)
  }

  /** Counts bytes of the event; true where they are too many. */
  #grow(bytes: number): boolean {
    this.#size += bytes
    if (this.#size <= this.#maxEventSize) return false
    this.#stopped = true
    this.#carry = undefined
    this.#data = undefined
    this.#sink.onOversized()
    return true
  }

  #line(chunk: Buffer, from: number, to: number): void {
    if (this.#grow(to - from + 1)) return
    if (this.#carry === undefined) return this.#field(chunk, from, to)
    this.#carry.push(chunk.subarray(from, to))
    const line = this.#carry.join()
    this.#carry = undefined
    this.#field(line, 0, line.length)
  }

  #field(line: Buffer, start: number, end: number): void {
    let from = start
    if (this.#atStart) {
      this.#atStart = false
      // A byte order mark may open the stream.
      if (end - from >= 3 && line[from] === 0xef && line[from + 1] === 0xbb && line[from + 2] === 0xbf) from += 3
    }
    if (from === end) return this.#dispatch()
    const first = line[from]
    if (first === COLON) {
      // A comment keeps the stream alive and belongs to no event.
      if (this.#data === undefined) this.#size = 0
      return
    }
    let nameEnd = from
    while (nameEnd < end && line[nameEnd] !== COLON) nameEnd++
    let valueStart = nameEnd
    if (nameEnd < end) valueStart = line[nameEnd + 1] === SPACE && nameEnd + 1 < end ? nameEnd + 2 : nameEnd + 1
    switch (nameEnd - from) {
      case 4:
        if (first === 0x64 && isName(line, from, 'data')) {
          const value = line.toString('utf8', valueStart, end)
          this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
        }
        break
      case 5:
        if (isName(line, from, 'event')) this.#type = line.toString('utf8', valueStart, end)
        else if (isName(line, from, 'retry')) {
          const value = line.toString('latin1', valueStart, end)
          if (DIGITS.test(value)) this.#sink.onRetry(Number(value))
        }
        break
      case 2:
        if (isName(line, from, 'id')) {
          const value = line.toString('utf8', valueStart, end)
          // What no header carries could not be sent back: a request with it would fail, again and again.
          if (value === '' || (value.length <= MAX_ID && isPlain(value))) {
            this.#id = value
            this.#hasId = true
          }
        }
        break
    }
  }

  #dispatch(): void {
    const data = this.#data
    const type = this.#type
    const hasId = this.#hasId
    this.#data = undefined
    this.#type = ''
    this.#hasId = false
    this.#size = 0
    if (data !== undefined || hasId) this.#sink.onEvent(data ?? '', type, this.#id)
  }
}

function isName(line: Buffer, from: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (line[from + i] !== name.charCodeAt(i)) return false
  return true
}
