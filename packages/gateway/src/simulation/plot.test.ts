import { expect, it } from 'vitest'
import { htmlReport, svgPlot } from './plot.js'

const point = (at: number, p99: number): { at: number; calls: number; p50: number; p99: number; queueing: number; failed: number } => ({
  at,
  calls: 10,
  p50: p99 / 2,
  p99,
  queueing: p99 / 10,
  failed: 1,
})
const PLOT = {
  title: 'a <b> & c',
  lines: [
    { policy: 'pool', points: [point(0, 10), point(1_000, 100)] },
    { policy: 'prequal', points: [point(0, 20), { ...point(500, 0), calls: 0 }, point(1_000, 5_000)] },
  ],
}

it('draws a line for each policy in each of three panels, and leaves out times without calls', () => {
  const svg = svgPlot(PLOT)
  expect(svg.match(/<polyline /g)).toHaveLength(6)
  const points = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, text = '']) => text.split(' '))
  expect(points.map((each) => each.length)).toEqual([2, 2, 2, 2, 2, 2])
  for (const each of points.flat()) expect(each).toMatch(/^\d+(\.\d)?,\d+(\.\d)?$/)
  expect(svg).toContain('a &lt;b&gt; &amp; c')
  expect(svg).toContain('>prequal</text>')
})

it('is higher where it takes longer', () => {
  const [first = ''] = [...svgPlot(PLOT).matchAll(/<polyline points="([^"]*)"/g)].map(([, text]) => text)
  const [early, late] = first.split(' ').map((each) => Number(each.split(',')[1]))
  expect(late).toBeLessThan(early!)
})

it('draws runs in which nothing happens', () => {
  expect(svgPlot({ title: 'none', lines: [{ policy: 'pool', points: [] }] })).not.toContain('NaN')
  expect(svgPlot({ title: 'one', lines: [{ policy: 'pool', points: [{ ...point(0, 0), failed: 0 }] }] })).not.toContain('NaN')
})

it('is one page that loads nothing', () => {
  const html = htmlReport([
    { plot: PLOT, table: ['policy <x>'] },
    { plot: PLOT, table: [] },
  ])
  expect(html.match(/<svg /g)).toHaveLength(2)
  expect(html).toContain('policy &lt;x&gt;')
  expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|href=/)
})
