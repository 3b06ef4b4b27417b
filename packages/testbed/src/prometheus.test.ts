import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { promtool, startPrometheus, startPushgateway } from './index.js'

const TEXT = '# HELP visits_total Visits.\n# TYPE visits_total counter\nvisits_total{door="left"} 3\n'

it('a Prometheus scrapes its targets, answers queries, and says what it does not understand', async () => {
  const target = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(TEXT))
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void target.close())
  const prometheus = await startPrometheus([`127.0.0.1:${(target.address() as AddressInfo).port}`])
  onTestFinished(() => prometheus.close())
  await expect.poll(() => prometheus.query('visits_total'), { timeout: 20_000 }).toMatchObject([{ metric: { door: 'left' }, value: 3 }])
  await expect(prometheus.query('sum(')).rejects.toThrow('does not understand')
})

it('a Pushgateway keeps what is pushed', async () => {
  const gateway = await startPushgateway()
  onTestFinished(() => gateway.close())
  await fetch(`${gateway.url}/metrics/job/test`, { method: 'PUT', body: TEXT })
  expect(await gateway.metrics()).toContain('visits_total{door="left",instance="",job="test"} 3')
})

it('promtool says what is wrong with metrics', async () => {
  expect(await promtool(['check', 'metrics'], TEXT)).toEqual({ code: 0, said: '' })
  expect(await promtool(['check', 'metrics'], TEXT.replaceAll('visits_total', 'visits'))).toMatchObject({ code: 3, said: expect.stringContaining('_total') })
})
