import { UsageError } from './usage-error.js'

/**
 * Cuts a command line into words as a POSIX shell does (IEEE 1003.1, 2.2 Quoting), and does nothing else that a shell
 * does: no variables, no globs, no pipes. Handing the line to a shell instead would run whatever stands in it.
 *
 *     node "my server.js" --name 'it''s' a\ b     →     node · my server.js · --name · its · a b
 */
export function splitCommandLine(option: string, line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: '"' | "'" | undefined
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i)
    if (quote === "'") {
      if (char === quote) quote = undefined
      else word += char
    } else if (char === '\\' && i + 1 < line.length && (quote === undefined || '"\\$`'.includes(line.charAt(i + 1)))) {
      word = (word ?? '') + line.charAt(++i)
    } else if (quote === '"') {
      if (char === quote) quote = undefined
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + char
    }
  }
  if (quote !== undefined) throw new UsageError(`${option} has a ${quote} that is never closed, got '${line}'`)
  if (word !== undefined) words.push(word)
  return words
}
