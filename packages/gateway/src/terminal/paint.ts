import type { Output } from './output.js'

/** Select Graphic Rendition, ECMA-48 8.3.117. */
const STYLES = { bold: 1, dim: 2, yellow: 33 } as const
const RESET = '\u001b[0m'

/** Colours a piece of text, or leaves it alone where nobody wants colours. */
export type Paint = (style: keyof typeof STYLES, text: string) => string

/** A terminal in which the cursor can be moved. */
export function isRedrawable(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTerminal && env['TERM'] !== 'dumb'
}

/** As https://no-color.org says: any value of NO_COLOR but an empty one turns colours off. */
export function paintFor(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  const plain = !isRedrawable(output, env) || (env['NO_COLOR'] ?? '') !== ''
  return plain ? (_, text) => text : (style, text) => `\u001b[${STYLES[style]}m${text}${RESET}`
}
