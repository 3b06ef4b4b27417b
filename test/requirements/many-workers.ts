import type { Requirement } from './requirement.js'

/** What a fleet of workers does together: zones, subsets, probes. */
export const manyWorkers: readonly Requirement[] = [
  // ── Subsets ──────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'SUBSET-1',
    source: 'Issue: discovery, many workers, many servers',
    text: '1,000 workers x 1,000 servers: connections of a worker are the subset, the busiest server has at most 1.15 times the mean',
    proof: {
      bench: 'discovery',
      tests: {
        'packages/pool/src/discovery/subset.test.ts': [
          'chooses exactly so many, each of them once, and all where there are no more',
          'of 1,000 workers and 1,000 servers: the busiest server has at most 1.15 times the mean',
          '%s (%i on %i, %i each): servers differ by as much as the formula says',
          'of workers with numbers by chance is as even as chance, and no worse',
        ],
        'packages/pool/src/discovery/ranking.test.ts': [
          'gives any 2^n workers with neighbouring numbers one place in each 2^n-th part of the ranking, for any server',
          'ranks servers as independent of each other as dice: who shares a worker with whom is another in each block',
        ],
      },
    },
  },
  {
    id: 'SUBSET-2',
    source: 'Issue: discovery, many workers, many servers',
    text: 'servers moved by one change are what they must be',
    proof: {
      bench: 'discovery',
      tests: {
        'packages/pool/src/discovery/subset.test.ts': [
          'replaces the one that went, and nothing else; and makes room for one that came by giving up one at most',
          'moves one connection of each worker that had the server that goes, and no other',
        ],
        'packages/pool/test/pool-subset.test.ts': ['follows its subset of what is found: who goes is replaced by one, and nobody else moves'],
      },
    },
  },
  {
    id: 'SUBSET-3',
    source: 'Issue: discovery, many workers, many servers',
    text: 'subsets are deterministic: of the ids and the worker alone, in any order, after any changes',
    proof: {
      tests: {
        'packages/pool/src/discovery/subset.test.ts': [
          'does not depend on the order in which servers are named',
          'has a larger subset contain the smaller one',
          'is always that of the whole set, and tells how it changed, for any changes',
          'says nothing of what is outside of it',
        ],
        'packages/pool/src/discovery/worker-number.test.ts': [
          'is what the option says',
          'is the ordinal of a pod of a StatefulSet, and of an indexed Job',
          'gives processes of one machine neighbouring numbers, and those of another machine a block of their own',
          'differs between processes of which nothing is known',
        ],
      },
    },
  },
  {
    id: 'SUBSET-4',
    source: 'Issue: discovery, many workers, many servers',
    text: 'the option subsetSize: sizes of the pool follow it, also for endpoints that are listed',
    proof: {
      tests: {
        'packages/pool/src/config/resolve-config.test.ts': [
          'is how many clients there are, and may be, where nobody says otherwise',
          'is refused by name where it cannot be meant: %o',
        ],
        'packages/pool/test/pool-subset.test.ts': [
          'uses the subset of its worker, of endpoints that are listed',
          'uses others than its like where there are more endpoints than clients, and no subset',
        ],
      },
    },
  },
  // ── Zones ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'ZONE-1',
    source: 'Issue: discovery, zone-aware balancing',
    text: 'same zone first while it has capacity: at least 95% of the calls, which take no longer than without zones',
    proof: {
      bench: 'discovery',
      tests: {
        'packages/pool/src/testing/simulation/zones.test.ts': ['keeps 95% of the calls there where that can bear them, and they take no longer (seed %i)'],
        'packages/pool/src/balance/zones.test.ts': ['stays in its zone (%i replicas) but for a fiftieth, however many there are elsewhere (%i)'],
        'packages/pool/src/balance/zone-spill.test.ts': [
          'lets one call in fifty go anywhere while the own zone is as fast as the others',
          'draws together within ten seconds, also where nothing comes from elsewhere',
          'stays at home for calls that are slower elsewhere by what the way takes',
        ],
      },
    },
  },
  {
    id: 'ZONE-2',
    source: 'Issue: discovery, zone-aware balancing',
    text: 'what the zone cannot bear spills over in proportion',
    proof: {
      tests: {
        'packages/pool/src/testing/simulation/zones.test.ts': [
          'sends elsewhere what its zone cannot bear, and calls take hardly longer than without zones (seed %i)',
        ],
        'packages/pool/src/balance/zones.test.ts': ['goes elsewhere where its zone has far more to do than is usual'],
        'packages/pool/src/balance/zone-spill.test.ts': [
          'sends nearly all anywhere where the own zone is twice as slow whatever it does, and comes back when that is over',
          'settles between, where the own zone is slower the less leaves it',
          'keeps its share between a fiftieth and all, and lets so many go, whatever it is told',
          'allows a request and a half, and twice what is usual',
        ],
      },
    },
  },
  {
    id: 'ZONE-3',
    source: 'Issue: discovery, zone-aware balancing',
    text: 'a zone that is dead or fails is left at once',
    proof: {
      tests: {
        'packages/pool/src/testing/simulation/zones.test.ts': ['loses no call where its zone fails (%s)'],
        'packages/pool/src/balance/zones.test.ts': [
          'goes elsewhere at once where nobody of its zone is left',
          'goes elsewhere at once where all of its zone fail',
        ],
      },
    },
  },
  {
    id: 'ZONE-4',
    source: 'Issue: discovery, zone-aware balancing',
    text: 'it goes with every algorithm, with retries and affinity, and zones may change while the pool runs',
    proof: {
      tests: {
        'packages/pool/src/balance/zones.test.ts': [
          'repeats in its zone, as long as there is another',
          'makes no difference to affinity, so that workers of different zones agree',
          'may change while the pool runs, with the next snapshot',
        ],
      },
    },
  },

  // ── Probes ───────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'PROBES-1',
    source: 'Issue: discovery, many workers, many servers',
    text: 'health checks are spread by jitter: no bursts after a start, an outage or a return of all at once',
    proof: {
      tests: {
        'packages/pool/src/fleet/watch.test.ts': [
          'do not come at one moment when all were started at one moment, then or later',
          'do not come at one moment after all of them got it back at one moment',
          'do not come at one moment while it is down, though all look again every second',
        ],
        'packages/pool/src/health/probe-schedule.test.ts': [
          'spreads first probes over the whole interval',
          'never has anybody wait longer than the delay, nor hurry much',
        ],
      },
    },
  },
  {
    id: 'PROBES-2',
    source: 'Issue: discovery, many workers, many servers',
    text: 'probe traffic of a server is bounded as the number of workers grows: who answers calls is not probed',
    proof: {
      tests: {
        'packages/pool/src/fleet/watch.test.ts': [
          'are none while calls are answered, whoever is idle is probed in every interval',
          'begin again in the second interval after the last answer, at the latest',
        ],
        'packages/pool/src/fleet/fleet-health.test.ts': [
          'are not needed while calls are answered: that is as good, and counts as a check',
          'of a method of its own',
          'whose answers say how the server is',
        ],
        'packages/pool/src/health/probe-schedule.test.ts': [
          'spares a healthy client that answered calls, and nobody else',
          'does not spare one whose last probe failed',
        ],
      },
    },
  },
]
