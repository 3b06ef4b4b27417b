export interface Column {
  readonly title: string
  /** @default 'left' */
  readonly align?: 'left' | 'right'
}

/**
 * Lines of a table in plain text. Columns are as wide as their widest cell; where all together are wider than `width`,
 * the last one is cut, and then the line.
 */
export function textTable(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>, width: number): string[] {
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const line = (cells: readonly string[]): string => {
    const padded = columns.map(({ align }, index) => {
      const cell = cells[index] ?? ''
      if (align === 'right') return cell.padStart(widths[index] ?? 0)
      return index === columns.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)
    })
    return cut(padded.join('  ').trimEnd(), width)
  }
  return [line(columns.map(({ title }) => title)), ...rows.map(line)]
}

/** At most `width` characters, with a sign that something is missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
