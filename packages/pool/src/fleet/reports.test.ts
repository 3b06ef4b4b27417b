import { expect, it } from 'vitest'
import { LatencyBook, ReplicaLoad } from '../balance/index.js'
import { Reports } from './reports.js'

const newReports = (): Reports => new Reports(new ReplicaLoad(new LatencyBook(), 1), () => 7)
const NOTHING = { activeRequests: 0, totalRequests: 0, averageLatency: 0, cpuUsage: 0, memoryUsage: 0, lastUpdate: 7 }

it('shows the last report of a server, and keeps what load is made of', () => {
  const reports = newReports()
  reports.fromServer({ cpuUsage: 40, applicationUsage: 30, queue: 3 })
  reports.fromServer({ memoryUsage: 50, 'request-2': 1 })
  expect(reports.metrics).toEqual({ ...NOTHING, cpuUsage: 40, applicationUsage: 30, memoryUsage: 50, 'request-2': 1 })
  // An answer to a probe that says nothing takes nothing back.
  reports.fromServer({})
  expect(reports.metrics).toMatchObject({ cpuUsage: 40, 'request-2': 1 })
})

it('adds up what users say, and of a name that a server uses too believes whoever spoke last', () => {
  const reports = newReports()
  reports.fromServer({ queue: 1 })
  reports.add({ disk: { free: 3 }, queue: 2 })
  expect(reports.metrics).toEqual({ ...NOTHING, disk: { free: 3 }, queue: 2 })
  reports.fromServer({ queue: 4 })
  reports.add({ zone: 'a' })
  expect(reports.metrics).toEqual({ ...NOTHING, disk: { free: 3 }, queue: 4, zone: 'a' })
})

it('takes no more than a hundred names, and from a server no long ones and no values but numbers, flags and short texts', () => {
  const many = (prefix: string): Record<string, number> => Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`${prefix}${n}`, n]))
  const reports = newReports()
  reports.fromServer({ ...many('server-'), cpuUsage: 5 })
  for (let n = 0; n < 3; n++) reports.add(many(`user-${n}-`))
  expect(Object.keys(reports.metrics)).toHaveLength(6 + 100 + 100)
  expect(reports.metrics.cpuUsage).toBe(5)
  reports.clear()
  const odd = { ['n'.repeat(201)]: 1, text: 't'.repeat(201), list: [1], deep: { a: 1 }, none: null, endless: Number.POSITIVE_INFINITY }
  reports.fromServer({ ...odd, version: 'v1', draining: true, rps: 1.5 })
  expect(reports.metrics).toEqual({ ...NOTHING, version: 'v1', draining: true, rps: 1.5 })
})
