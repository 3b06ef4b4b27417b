import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Whereabouts, workerNumber } from './worker-number.js'

const nowhere: Whereabouts = { workerIndex: undefined, environment: {}, hostName: 'host', clusterWorker: undefined, processId: 100 }
const inKubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }

describe('workerNumber', () => {
  it('is what the option says', () => {
    expect(workerNumber({ ...nowhere, workerIndex: 7, environment: { NODE_APP_INSTANCE: '3' } })).toBe(7)
    expect(workerNumber({ ...nowhere, workerIndex: 2 ** 32 - 1 })).toBe(2 ** 32 - 1)
  })

  it('is the ordinal of a pod of a StatefulSet, and of an indexed Job', () => {
    expect(workerNumber({ ...nowhere, environment: inKubernetes, hostName: 'worker-12' })).toBe(12)
    expect(workerNumber({ ...nowhere, environment: { ...inKubernetes, JOB_COMPLETION_INDEX: '4' }, hostName: 'job-4-x7b2c' })).toBe(4)
  })

  it('takes no digits at the end of a name for an ordinal where nobody counts pods', () => {
    expect(workerNumber({ ...nowhere, hostName: 'worker-12' })).not.toBe(12)
    expect(workerNumber({ ...nowhere, environment: inKubernetes, hostName: 'worker-6d9f8b6c5-24567' })).not.toBe(24_567)
    expect(workerNumber({ ...nowhere, environment: inKubernetes, hostName: 'worker-6d9f8b6c5-x2c4d' })).not.toBe(12)
  })

  it('gives processes of one machine neighbouring numbers, and those of another machine a block of their own', () => {
    const onHost = (hostName: string, clusterWorker: number): number => workerNumber({ ...nowhere, hostName, clusterWorker })
    expect([1, 2, 3].map((id) => onHost('a', id) - onHost('a', 1))).toEqual([0, 1, 2])
    expect(onHost('a', 1) % 1_024).toBe(0)
    expect(onHost('b', 1)).not.toBe(onHost('a', 1))
    expect(workerNumber({ ...nowhere, environment: { NODE_APP_INSTANCE: '2' }, hostName: 'a' })).toBe(onHost('a', 3))
  })

  it('tells processes of one pod apart', () => {
    const inPod = (clusterWorker: number, hostName: string): number => workerNumber({ ...nowhere, environment: inKubernetes, hostName, clusterWorker })
    expect(inPod(1, 'worker-3')).toBe(3)
    expect(inPod(2, 'worker-3')).toBe(2 ** 20 + 3)
  })

  it('differs between processes of which nothing is known', () => {
    expect(workerNumber(nowhere)).toBe(workerNumber({ ...nowhere }))
    expect(workerNumber(nowhere)).not.toBe(workerNumber({ ...nowhere, processId: 101 }))
    expect(workerNumber(nowhere)).not.toBe(workerNumber({ ...nowhere, hostName: 'other' }))
  })

  it('is a whole number of 32 bits, whatever the platform says', () => {
    const places = fc.record({
      workerIndex: fc.constant(undefined),
      environment: fc.record(
        { NODE_APP_INSTANCE: fc.string(), JOB_COMPLETION_INDEX: fc.oneof(fc.string(), fc.nat().map(String)), KUBERNETES_SERVICE_HOST: fc.string() },
        { requiredKeys: [] },
      ),
      hostName: fc.oneof(
        fc.string(),
        fc.nat().map((ordinal) => `web-${ordinal}`),
      ),
      clusterWorker: fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: undefined }),
      processId: fc.nat(),
    })
    fc.assert(
      fc.property(places, (where) => {
        const number = workerNumber(where)
        expect(Number.isInteger(number) && number >= 0 && number < 2 ** 32).toBe(true)
      }),
    )
  })
})
