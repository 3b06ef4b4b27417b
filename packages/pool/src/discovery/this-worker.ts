import cluster from 'node:cluster'
import { hostname } from 'node:os'
import { workerNumber } from './worker-number.js'

/** The number of this process; `workerIndex` is the option. */
export function thisWorker(workerIndex: number | undefined): number {
  return workerNumber({
    workerIndex,
    environment: process.env,
    hostName: hostname(),
    clusterWorker: cluster.worker?.id,
    processId: process.pid,
  })
}
