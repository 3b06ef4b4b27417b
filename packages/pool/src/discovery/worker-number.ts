import { hash } from '../hash.js'

/** What a process can know of its place among its kind. */
export interface Whereabouts {
  /** The option `workerIndex`. */
  readonly workerIndex: number | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly hostName: string
  /** `cluster.worker.id` of Node, which counts from 1; undefined where the process is none. */
  readonly clusterWorker: number | undefined
  readonly processId: number
}

/** So many processes of one machine have numbers next to each other. */
const LOCAL_BITS = 10
/** So many ordinals. */
const ORDINAL_BITS = 20

/**
 * The number by which a worker differs from the others, 0 … 2^32 − 1: the same whenever it can be asked again, and dense where the platform counts.
 *
 * | what is known | the number |
 * | --- | --- |
 * | `workerIndex` | that |
 * | an ordinal of the whole fleet: of the pod of a StatefulSet, or of an indexed Job | ordinal; processes of one pod in blocks of a million |
 * | an index on this machine: of PM2, of Node's `cluster` | index, in a block of the machine |
 * | nothing | a hash of host and process |
 *
 * Subsets are even among numbers that stand next to each other, in blocks of any power of two. So a block of a machine is even in itself, and different
 * machines are independent of each other; numbers from hashes are as even as chance.
 */
export function workerNumber(where: Whereabouts): number {
  const { workerIndex, environment, hostName, clusterWorker, processId } = where
  if (workerIndex !== undefined) return workerIndex
  const ordinal = ordinalOf(where)
  const local = wholeNumber(environment['NODE_APP_INSTANCE']) ?? (clusterWorker === undefined ? undefined : clusterWorker - 1)
  if (ordinal !== undefined) return block(local ?? 0, ORDINAL_BITS, ordinal)
  if (local !== undefined) return block(hash(hostName), LOCAL_BITS, local)
  return hash(`${hostName} ${processId}`) >>> 0
}

/** In Kubernetes pods of a StatefulSet, and those of an indexed Job, are called NAME-0, NAME-1, …; pods of a Deployment end in letters and digits by chance. */
function ordinalOf({ environment, hostName }: Whereabouts): number | undefined {
  const completion = wholeNumber(environment['JOB_COMPLETION_INDEX'])
  if (completion !== undefined || environment['KUBERNETES_SERVICE_HOST'] === undefined) return completion
  return wholeNumber(/-(\d{1,4})$/.exec(hostName)?.[1])
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function block(number: number, bits: number, index: number): number {
  return ((number << bits) | (index & (2 ** bits - 1))) >>> 0
}
