import { expect, it } from 'vitest'
import { loadReport } from './load-report.js'

it.each([
  ['cpu_utilization=0.3,mem_utilization=0.8', { cpuUsage: 30, memoryUsage: 80 }],
  ['TEXT cpu_utilization=0.5, rps_fractional=120, named_metrics.queue=3', { cpuUsage: 50, rps_fractional: 120, 'named_metrics.queue': 3 }],
  ['JSON {"cpu_utilization": 0.25, "named_metrics": {"queue": 2}}', { cpuUsage: 25, 'named_metrics.queue': 2 }],
  ['TEXT cpu_utilization=0.9,application_utilization=0.2', { cpuUsage: 90, applicationUsage: 20 }],
  ['{"mem_utilization":1}', { memoryUsage: 100 }],
])('reads %s', (header, metrics) => {
  expect(loadReport(header)).toEqual(metrics)
})

it.each([
  '',
  'garbage',
  'cpu_utilization=',
  'cpu_utilization=high',
  'cpu_utilization=-1',
  'JSON {',
  'JSON null',
  'BIN AQID',
])('takes nothing from %j', (header) => {
  expect(loadReport(header)).toBeUndefined()
})
