import { PoolError } from '../errors.js'
import type { HealthStatus } from '../health/index.js'
import type { LiveMap } from './live-map.js'
import { type LiveState, StateView } from './state-view.js'
import type { Ejection } from './call-record.js'
import type { Member } from './member.js'
import type { FleetClient } from './fleet-client.js'
import type { LoadMetrics } from './reports.js'
import type { Roster } from './roster.js'

/** What is known of a client's health: a value of `pool.healthStatus`. */
export interface HealthRecord {
  readonly status: HealthStatus
  /** Milliseconds since 1970. */
  readonly lastCheck: number
  /** Of the last good probe, in milliseconds. */
  readonly latency: number
  /** Failed probes in a row. */
  readonly consecutiveFailures: number
  readonly lastError: string | undefined
  /** Why and until when it is out for what its calls came to. */
  readonly ejection?: Ejection | undefined
}

/** The maps of the pool that users read, and write in tests and tools. Their keys are the ids of the clients. */
export interface Views {
  readonly clients: LiveMap<FleetClient>
  readonly healthStatus: LiveMap<HealthRecord, Partial<HealthRecord>>
  readonly loadMetrics: LiveMap<LoadMetrics, Partial<LoadMetrics>>
  /** Failed calls and errors in a row. */
  readonly failureCounts: LiveMap<number>
}

/** What a view may have to ask for: a client is removed in the way in which all are. */
export type Remove = (member: Member) => void

export function viewsOf(roster: Roster, remove: Remove): Views {
  return {
    clients: new StateView(clientState(roster, remove)),
    healthStatus: new StateView(memberState(roster, readHealth, (member, record) => writeHealth(member, record, remove), forgetHealth)),
    loadMetrics: new StateView(
      memberState(
        roster,
        ({ reports }) => reports.metrics,
        ({ reports }, metrics: Partial<LoadMetrics>) => reports.replace(metrics),
        ({ reports }) => reports.clear(),
      ),
    ),
    failureCounts: new StateView(
      memberState(
        roster,
        ({ health }) => health.failedCalls,
        ({ health }, count: number) => {
          health.failedCalls = count
        },
        ({ health }) => health.callSucceeded(),
      ),
    ),
  }
}

function memberState<Value, Written>(
  roster: Roster,
  read: (member: Member) => Value,
  write: (member: Member, value: Written) => void,
  reset: (member: Member) => void,
): LiveState<Value, Written> {
  const { listed } = roster
  return {
    ids: () => listed.keys(),
    read: (id) => {
      const member = listed.get(id)
      return member && read(member)
    },
    write: (id, value) => {
      const member = listed.get(id)
      if (member !== undefined) write(member, value)
    },
    reset: (id) => {
      const member = listed.get(id)
      if (member !== undefined) reset(member)
      return member !== undefined
    },
  }
}

/** A client that is deleted is not shown from that moment on; it still finishes its calls before it is closed. */
function clientState(roster: Roster, remove: Remove): LiveState<FleetClient, FleetClient> {
  return {
    ...memberState(
      roster,
      ({ client }) => client,
      () => {},
      (member) => {
        remove(member)
        roster.unlist(member)
      },
    ),
    write: (id, client) => {
      if (roster.listed.get(id)?.client !== client) throw new PoolError('CONFIG', `client ${id} is not of this pool: clients are made by pool.createClient()`)
    },
  }
}

function readHealth({ health, lastCheck, latency, lastError, record }: Member): HealthRecord {
  return { status: health.status, lastCheck, latency, consecutiveFailures: health.consecutiveFailures, lastError, ejection: record.ejection }
}

/** Numbers that are left out are 0; a status that is left out stays. */
function writeHealth(member: Member, record: Partial<HealthRecord>, remove: Remove): void {
  if (record.status === 'draining') remove(member)
  else if (record.status !== undefined) member.decree(record.status)
  member.lastCheck = record.lastCheck ?? 0
  member.latency = record.latency ?? 0
  member.health.consecutiveFailures = record.consecutiveFailures ?? 0
  member.lastError = record.lastError
}

/** Nothing is known: it has to prove itself. */
function forgetHealth(member: Member): void {
  member.decree('recovering')
  member.lastCheck = 0
  member.latency = 0
  member.lastError = undefined
}
