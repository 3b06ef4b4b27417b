/** What is kept of a line, and how many. */
const LINE = 300
const LINES = 5
/** Shorter values appear everywhere by chance. */
const SHORTEST_SECRET = 4
const SECRET_NAME = /token|secret|passw|key|credential/i

/**
 * The last lines that a child wrote to stderr. They end up in error messages, since "exited" alone helps nobody; values of the
 * environment that it was given, and arguments that are named like secrets, are struck out of them.
 */
export class LastWords {
  readonly #secrets: readonly string[]
  #lines: string[] = []
  #rest = ''

  constructor(options: { readonly env: Readonly<Record<string, string>>; readonly args: readonly string[] }) {
    const secrets = [...Object.values(options.env), ...secretArguments(options.args)]
    // The longest first: one may be part of another.
    this.#secrets = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length)
  }

  add(chunk: string): void {
    const lines = (this.#rest + chunk).split(/\r?\n/)
    // A line without an end may be of any length. Its head is kept, which is what is shown: cut at its tail, no half of a secret is.
    this.#rest = (lines.pop() ?? '').slice(0, 8 * LINE)
    this.#lines = [...this.#lines, ...lines.filter((line) => line.trim() !== '')].slice(-LINES)
  }

  toString(): string {
    const lines = this.#rest.trim() === '' ? this.#lines : [...this.#lines, this.#rest].slice(-LINES)
    return lines.map((line) => this.#struck(line).slice(0, LINE)).join(' ⏎ ')
  }

  #struck(line: string): string {
    let struck = ''
    for (const character of line) struck += character >= ' ' ? character : ' '
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, '…'), struck)
  }
}

/** `--api-key VALUE` and `--api-key=VALUE`. */
function secretArguments(args: readonly string[]): string[] {
  const secrets: string[] = []
  for (const [index, argument] of args.entries()) {
    const [name = '', ...rest] = argument.split('=')
    if (!name.startsWith('-') || !SECRET_NAME.test(name)) continue
    const value = rest.length > 0 ? rest.join('=') : args[index + 1]
    if (value !== undefined) secrets.push(value)
  }
  return secrets
}
