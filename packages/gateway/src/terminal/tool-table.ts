import { firstLine } from './printable.js'
import { textTable } from './text-table.js'

/** Hints in the order of how much they promise, in the words of the specification. */
const HINTS = [
  ['readOnlyHint', 'read-only'],
  ['idempotentHint', 'idempotent'],
  ['destructiveHint', 'destructive'],
] as const

/** Tools as a server lists them, one a line. What a server says is never trusted to have the right shape. */
export function toolTable(tools: readonly unknown[], width: number): string[] {
  const rows = tools.map((tool) => {
    const { name, description, annotations } = record(tool)
    const hints = HINTS.filter(([hint]) => record(annotations)[hint] === true).map(([, word]) => word)
    return [firstLine(String(name)), hints.join(', ') || '-', typeof description === 'string' ? firstLine(description) : '']
  })
  return textTable([{ title: 'TOOL' }, { title: 'HINTS' }, { title: 'DESCRIPTION' }], rows, width)
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
