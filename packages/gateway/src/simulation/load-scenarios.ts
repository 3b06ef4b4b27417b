import { readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readScenarios, type Scenario, type ScenarioProblem } from 'mcp-client-pool/testing'
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { UsageError } from '../usage-error.js'

const SHIPPED = fileURLToPath(new URL('../../scenarios/', import.meta.url))

/** Names of the scenarios that come with the command, without `.yaml`. */
export function shippedScenarios(): string[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/**
 * The scenarios of a file, YAML or JSON, or of one that is shipped: `s2-one-slow`, or `s2` for short.
 *
 * @throws UsageError with a line for each mistake: file, line, what is allowed and what was given
 */
export function loadScenarios(nameOrPath: string): Scenario[] {
  const shipped = shippedScenarios().find((name) => name === nameOrPath || name.startsWith(`${nameOrPath}-`))
  const path = shipped === undefined ? nameOrPath : resolve(SHIPPED, `${shipped}.yaml`)
  return parseScenarios(readText(path, nameOrPath), path)
}

export function parseScenarios(text: string, path: string): Scenario[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => lines.linePos(offset).line
  const mistakes = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message }))
  if (mistakes.length === 0) {
    const { scenarios, problems } = readScenarios(document.toJS(), { replay: (name) => readReplay(resolve(dirname(path), name)) })
    if (problems.length === 0) return [...scenarios]
    mistakes.push(...problems.map((problem) => ({ line: lineAt(offsetOf(document, problem)), message: problem.message })))
  }
  const sorted = mistakes.sort((a, b) => a.line - b.line)
  throw new UsageError(sorted.map(({ line, message }) => `${path}:${line}: ${message}`).join('\n'))
}

/** Where in the text a problem stands; what is missing stands where its owner does. */
function offsetOf(document: Document, { path, atName }: ScenarioProblem): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length)
    if (atName && length === path.length) {
      const owner = document.getIn(path.slice(0, -1), true)
      const pair = isMap(owner) ? owner.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined
      if (isPair(pair) && isNode(pair.key) && pair.key.range) return pair.key.range[0]
    }
    const node = document.getIn(part, true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function readText(path: string, given: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UsageError(`SCENARIO must be a file, or one of ${shippedScenarios().join(', ')}; '${given}' cannot be read (${why})`)
  }
}

/** One arrival a line: milliseconds since the beginning, in order, and the tool after a comma where there are several. Empty lines and `#` are skipped. */
function readReplay(path: string): Array<{ at: number; tool?: string }> {
  let before = 0
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .flatMap((line, index) => {
      if (line.trim() === '' || line.startsWith('#')) return []
      const [time = '', tool] = line.split(',').map((cell) => cell.trim())
      const at = time === '' ? Number.NaN : Number(time)
      if (!(at >= before)) throw new Error(`line ${index + 1} must begin with a time in milliseconds that is not before ${before}, got '${line}'`)
      before = at
      return [tool === undefined ? { at } : { at, tool }]
    })
}
