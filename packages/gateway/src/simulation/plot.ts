import type { TimelinePoint } from 'mcp-client-pool/testing'

export interface PlottedLine {
  readonly policy: string
  readonly points: readonly TimelinePoint[]
}

export interface Plot {
  readonly title: string
  readonly lines: readonly PlottedLine[]
}

const WIDTH = 960
const PANEL = 240
const MARGIN = { left: 70, right: 220, top: 44, between: 56 }

/** Okabe & Ito 2008: told apart by those who see few colours, too. */
const COLOURS = ['#000000', '#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999', '#f0e442']

const PANELS: ReadonlyArray<{ readonly title: string; readonly of: (point: TimelinePoint) => number }> = [
  { title: 'p99 latency', of: ({ p99 }) => p99 },
  { title: 'mean queueing delay', of: ({ queueing }) => queueing },
  { title: 'failed calls (%)', of: ({ failed, calls }) => (100 * failed) / Math.max(1, calls) },
]

const HEIGHT = MARGIN.top + PANELS.length * (PANEL + MARGIN.between)

/** Latency, queueing and failures over the time of one run, a line for each policy. Times are on a logarithmic axis: the worst policy is a hundred times the best. */
export function svgPlot({ title, lines }: Plot): string {
  const end = Math.max(1, ...lines.flatMap(({ points }) => points.map(({ at }) => at)))
  const x = (at: number): number => MARGIN.left + (at / end) * (WIDTH - MARGIN.left - MARGIN.right)
  const panels = PANELS.map((panel, index) => {
    const top = MARGIN.top + index * (PANEL + MARGIN.between) + 20
    const logarithmic = index < 2
    const values = lines.flatMap(({ points }) => points.map(panel.of))
    const low = logarithmic ? Math.max(1, Math.min(...values.filter((value) => value > 0), 1_000)) : 0
    const high = Math.max(low * 1.1, logarithmic ? 10 : 1, ...values)
    const share = (value: number): number => (logarithmic ? Math.log(Math.max(low, value) / low) / Math.log(high / low) : value / high)
    const y = (value: number): number => top + PANEL - share(value) * PANEL
    const grid = ticks(low, high, logarithmic).map(
      (tick) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}" stroke="#ddd"/>` +
        `<text x="${MARGIN.left - 6}" y="${fixed(y(tick) + 4)}" text-anchor="end">${logarithmic ? shortTime(tick) : fixed(tick)}</text>`,
    )
    const paths = lines.map(({ points }, number) => {
      const drawn = points.filter(({ calls }) => calls > 0).map((point) => `${fixed(x(point.at))},${fixed(y(panel.of(point)))}`)
      return `<polyline points="${drawn.join(' ')}" fill="none" stroke="${colour(number)}" stroke-width="1.5"/>`
    })
    const axis = `<text x="${MARGIN.left}" y="${top - 8}" font-weight="bold">${panel.title}</text>`
    return [axis, ...grid, ...paths].join('\n')
  })
  const legend = lines.map(
    ({ policy }, number) =>
      `<rect x="${WIDTH - MARGIN.right + 16}" y="${MARGIN.top + 20 + number * 22}" width="14" height="4" fill="${colour(number)}"/>` +
      `<text x="${WIDTH - MARGIN.right + 38}" y="${MARGIN.top + 26 + number * 22}">${escaped(policy)}</text>`,
  )
  const foot = `<text x="${MARGIN.left}" y="${HEIGHT - 12}">0</text><text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 12}" text-anchor="end">${shortTime(end)} since the start</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="24" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    ...panels,
    ...legend,
    foot,
    '</svg>',
  ].join('\n')
}

/** A page with a plot and a table for each scenario; it loads nothing from anywhere. */
export function htmlReport(parts: ReadonlyArray<{ readonly plot: Plot; readonly table: readonly string[] }>): string {
  const sections = parts.map(({ plot, table }) => `<section>\n${svgPlot(plot)}\n<pre>${escaped(table.join('\n'))}</pre>\n</section>`)
  return [
    '<!doctype html>',
    '<html lang="en"><meta charset="utf-8"><title>mcp-pool simulate</title>',
    '<style>body { font: 14px sans-serif; margin: 2em } pre { overflow-x: auto }</style>',
    ...sections,
    '</html>',
  ].join('\n')
}

function ticks(low: number, high: number, logarithmic: boolean): number[] {
  if (!logarithmic) return [0, high / 2, high]
  const found: number[] = []
  for (let tick = 10 ** Math.ceil(Math.log10(low)); tick <= high; tick *= 10) found.push(tick)
  return found.length > 1 ? found : [low, high]
}

function colour(number: number): string {
  return COLOURS[number % COLOURS.length]!
}

function shortTime(milliseconds: number): string {
  if (milliseconds >= 60_000) return `${Math.round(milliseconds / 60_000)} min`
  return milliseconds >= 1_000 ? `${fixed(milliseconds / 1_000)} s` : `${fixed(milliseconds)} ms`
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
