import { LineCounter, parseDocument } from 'yaml'

/** Aliases that one anchor may be used by in all: as the parser's default, which is made against documents that explode. */
const MAX_ALIASES = 100

/**
 * The endpoints that a text lists: JSON, or YAML, whatever its file is called. They are not looked into.
 *
 * @throws Error that says the line and quotes nothing: a file of endpoints may hold secrets, and what a parser says may quote them
 */
export function endpointList(text: string): readonly unknown[] {
  const content = parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  if (content === null || content === undefined) throw new Error('it is empty: to list no endpoints, write []')
  const list: unknown = Array.isArray(content) ? content : (content as { readonly endpoints?: unknown }).endpoints
  if (!Array.isArray(list)) throw new Error('it must be a list of endpoints, or an object that has one as endpoints')
  return list
}

/** JSON first, which takes a hundredth of the time. What is broken as JSON is broken as YAML too, and that parser knows the line. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return parseYaml(text)
  }
}

function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw new Error(`line ${line}, column ${col}: neither JSON nor YAML (${error.code})`)
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch {
    throw new Error(`it has an alias without an anchor, or more than ${MAX_ALIASES} aliases`)
  }
}
