import type { Requirement } from './requirement.js'

/** Decisions about clients: who is picked, how many there are, who is fit. */
export const fleet: readonly Requirement[] = [
  // ── Load ───────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'LOAD-1',
    source: 'DESIGN: load',
    text: 'outstanding requests first; counts are never negative, and zero at rest',
    proof: {
      tests: {
        'packages/pool/src/balance/load.test.ts': [
          'counts what is outstanding, for any order of starting and settling, also twice',
          'costs 0 idle, and one for each outstanding request',
        ],
      },
    },
  },
  {
    id: 'LOAD-2',
    source: 'DESIGN: load',
    text: 'a decaying penalty per failure: a replica that fails fast does not attract all traffic',
    proof: {
      tests: {
        'packages/pool/src/balance/load.test.ts': ['weigh 20 requests each when they come out of the blue, a third of that after 10 s'],
        'packages/pool/src/balance/simulation.test.ts': ['one that fails everything at once gets less than a hundredth of the calls (seed %i)'],
      },
    },
  },
  {
    id: 'LOAD-7',
    source: 'DESIGN: load, what is a failure of the server',
    text: 'errors that are answers, refusals and refused tokens are no failures, and still draw no calls to a replica that gives them fast',
    proof: {
      tests: {
        'packages/pool/src/balance/load.test.ts': [
          "are nobody's failure: a few more than usual, among others, weigh next to nothing",
          'weigh as failures of one that has hardly any others, and are forgiven with time',
          'weigh nothing where all replicas give them alike',
          'are no evidence of speed: one that is quick to refuse is not quick',
        ],
        'packages/pool/src/testing/simulation/simulate.test.ts': [
          'does not draw the calls to itself, though it is quick (%d of them)',
          'is like the others where all do: that costs nobody time (%d of them)',
        ],
        'packages/pool/test/pool-refusals.test.ts': [
          'that answers every call at once with %s gets hardly any',
          'that takes our token no more is out with the first call that hears of it',
        ],
        'packages/pool/src/fleet/fleet-health.test.ts': [
          'are made as soon as a call hears of it, and take it out at once',
          'are not made with each of a thousand calls',
          'leave the last one in use: where all refuse the token, calls should say so',
          'take nobody out where there was no token to be refused',
        ],
      },
    },
  },
  {
    id: 'LOAD-3',
    source: 'DESIGN: load',
    text: 'latency is judged against other replicas per method and tool, in logarithms, shrunk while there is little evidence',
    proof: {
      tests: {
        'packages/pool/src/balance/load.test.ts': [
          'is judged against other replicas in logarithms, squared: %d times as long weighs %d … %d requests, with enough evidence',
          'is judged by kind: a slow tool is no slow replica',
          'of one call says little',
        ],
      },
    },
  },
  {
    id: 'LOAD-4',
    source: 'DESIGN: load',
    text: 'the age of unanswered requests counts, but not while the server waits for the client',
    proof: {
      tests: {
        'packages/pool/src/balance/load.test.ts': [
          'of requests that stay open far beyond what is typical weighs more and more, before any of them ends',
          'does not count while the server waits for the client',
        ],
        'packages/pool/src/balance/simulation.test.ts': ['one that swallows everything for a minute gets less than a hundredth (seed %i)'],
      },
    },
  },
  {
    id: 'LOAD-5',
    source: 'DESIGN: load',
    text: 'up to 16 clients all are compared, above that two at random; a pick is O(1) in the number of clients',
    proof: {
      tests: {
        'packages/pool/src/balance/policies/policies.test.ts': [
          'finds the lowest of up to 16, for any loads',
          'compares two distinct choices of many (seed %i)',
        ],
      },
      bench: 'pick',
    },
  },
  {
    id: 'LOAD-6',
    source: 'DESIGN: public names, `updateLoadMetrics` and a health answer’s `metrics`',
    text: 'what is shown of reports besides is bounded: of a server its last one, of users all that they said',
    proof: {
      tests: {
        'packages/pool/src/fleet/reports.test.ts': [
          'shows the last report of a server, and keeps what load is made of',
          'adds up what users say, and of a name that a server uses too believes whoever spoke last',
          'takes no more than a hundred names, and from a server no long ones and no values but numbers, flags and short texts',
        ],
      },
    },
  },
  // ── Sizing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'SIZE-1',
    source: 'DESIGN: sizing',
    text: '`minSize` is 2, or one for each endpoint up to `maxSize` where it is not given; it may exceed their number',
    proof: {
      tests: {
        'packages/pool/src/config/resolve-config.test.ts': ['hold one client for each of %d endpoints and at least two, with maxSize %s: %d'],
        'packages/pool/src/fleet/sites.test.ts': ['spread clients evenly, whatever comes and goes'],
      },
    },
  },
  {
    id: 'SIZE-2',
    source: 'DESIGN: sizing',
    text: 'clients are added when every fit one has all its sockets busy, endpoints without one first, and closed after `idleTimeout`',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-sizing.test.ts': [
          'adds a client when every fit one has all its sockets busy, first where there is none',
          'above minSize are closed after idleTimeout, where most are',
        ],
        'packages/pool/test/pool-clients.test.ts': ['become more when all their sockets are busy, up to maxSize, and fewer when they idle'],
      },
    },
  },
  {
    id: 'SIZE-3',
    source: 'DESIGN: sizing',
    text: 'fewer than `minSize` reachable at start is `client:creation-failed` and backoff; none rejects `start` with every cause',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': [
          'starts with those that can be reached, and gets the others when they come',
          'does not start where nobody can be reached, names every cause, and may be tried again',
        ],
        'packages/pool/src/fleet/fleet-start.test.ts': ['starts with those who can be reached, and connects the others when they can'],
      },
    },
  },
  {
    id: 'SIZE-4',
    source: 'DESIGN: sizing',
    text: '`createClient` at `maxSize` throws `POOL_FULL`',
    proof: { tests: { 'packages/pool/test/pool.test.ts': ['are added up to maxSize, removed, and replaced to keep minSize'] } },
  },
  {
    id: 'SIZE-5',
    source: 'DESIGN: sizing',
    text: 'a removed or drained client takes no new calls and finishes those it has',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-sizing.test.ts': [
          'gives the client no new calls, lets it finish those it has, and replaces it meanwhile',
          'removes all clients of an endpoint when their calls are done, and gets minSize elsewhere',
        ],
      },
    },
  },
  {
    id: 'SIZE-6',
    source: 'DESIGN: sizing',
    text: 'recovery backs off with full jitter, for ever; above `minSize` the client is removed and its endpoint tried again later',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-health.test.ts': [
          'is recovered for ever, with backoff, and without giving a place of minSize up',
          'is recovered with a wait where calls are repeated without one',
          'costs a client above minSize its place, which it gets back when its endpoint answers',
        ],
        'packages/pool/src/backoff.test.ts': ['uses the whole interval from nothing on: mean of 10,000 waits within 2% of half of it'],
      },
    },
  },
  // ── Ejection and return, panic ─────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'RETURN-1',
    source: 'DESIGN: ejection and return',
    text: 'a reconnection is `client:recovered`; `healthyThreshold` good probes in a row make a client fit at once',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-health.test.ts': ['takes the client out at once, and brings it back when it has proved itself'],
        'packages/pool/src/health/probe-schedule.test.ts': ['has a replica that is well again back within a second, for any interval'],
      },
    },
  },
  {
    id: 'RETURN-2',
    source: 'DESIGN: ejection and return',
    text: 'ejection for outcomes does not end because probes pass',
    proof: { tests: { 'packages/pool/src/health/client-health.test.ts': ['does not leave ejection because probes pass'] } },
  },
  {
    id: 'RETURN-3',
    source: 'DESIGN: ejection and return',
    text: 'an ejection ends by its own time and trial calls, one at a time',
    proof: {
      tests: {
        'packages/pool/src/health/ejections.test.ts': [
          'tries one call at a time when its time is over, and has it back after three that succeed',
          'takes it out for longer when a trial call fails, and gives the place back to one that proves nothing',
          'takes a trial call that hangs for a failed one',
        ],
        'packages/pool/test/resilience-ejection.test.ts': ['trial calls may fail without anybody noticing, and unsafe ones run once'],
      },
    },
  },
]
