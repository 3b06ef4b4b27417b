import type { Requirement } from './requirement.js'

/** The pool of the architecture document: clients, algorithms, affinity, retries, tokens. */
export const pool: readonly Requirement[] = [
  // ── The seed’s pool ────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'POOL-1',
    source: 'Issue: the seed’s pool',
    text: 'sizes and creation',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': ['are added up to maxSize, removed, and replaced to keep minSize'],
        'packages/pool/src/fleet/fleet-start.test.ts': [
          'connects one client for each place of minSize, all at once, spread over the endpoints',
          'fills at most maxSize places, those being connected included',
        ],
        'packages/pool/src/fleet/fleet-model.test.ts': [
          'agrees with an oracle through crashes, hangs, drains and removals, gets every place back, and leaves nothing behind',
        ],
      },
    },
  },
  {
    id: 'POOL-2',
    source: 'Issue: the seed’s pool',
    text: 'every event, when it happens and in its order',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-start.test.ts': ['says what it does, in the order in which it happens', 'says what went wrong, and counts it'],
        'packages/pool/src/fleet/fleet-health.test.ts': [
          'make a client unhealthy when unhealthyThreshold of them failed in a row',
          'takes the client out at once, and brings it back when it has proved itself',
        ],
        'packages/pool/src/fleet/fleet-sizing.test.ts': [
          'says why a connection did not close, and is done all the same',
          'tells of a replacement that fails, and goes on trying',
          'tells which client it was that could not be replaced',
          'closes everybody, clears everything, and says when',
        ],
        'packages/pool/test/pool.test.ts': [
          'starts once, however often it is asked, and says so',
          'whose server dies and comes back are used again, with every event on the way',
        ],
      },
    },
  },
  {
    id: 'POOL-3',
    source: 'Issue: the seed’s pool',
    text: '`getClient`',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': [
          'keep an affinity key, and give it to another when they are gone',
          'takes no calls before it is started and after it is shut down',
        ],
        'packages/pool/src/fleet/fleet-health.test.ts': ['sends on itself'],
      },
    },
  },
  {
    id: 'POOL-4',
    source: 'Issue: the seed’s pool',
    text: 'health checks with thresholds, and recovery',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-health.test.ts': [
          'are spread over the first interval and come every interval after that',
          'fail when there is no answer within healthCheckTimeout',
          'is recovered for ever, with backoff, and without giving a place of minSize up',
        ],
        'packages/pool/src/health/client-health.test.ts': [
          'becomes unhealthy with the third failed probe in a row, and says so again only to be reconnected',
          'comes back with two good probes in a row, with or without a new connection',
          'agrees with counting by hand, whatever happens to it',
        ],
      },
    },
  },
  {
    id: 'POOL-5',
    source: 'Issue: the seed’s pool',
    text: 'error and disconnection handling',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-health.test.ts': [
          'make a client unhealthy after unhealthyThreshold failures in a row where nobody compares, and probes bring it back',
          'have the effect of the real thing when they are emitted by hand',
          'tell what went wrong on the side of a connection that goes on, and hold it against nobody',
          'is not reconnected at once again and again where the server accepts and drops',
        ],
        'packages/pool/src/fleet/fleet-sizing.test.ts': ['makes the pool try at once what it would have tried later'],
      },
    },
  },
  {
    id: 'POOL-6',
    source: 'Issue: the seed’s pool',
    text: 'removal and replacement',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-sizing.test.ts': [
          'removes the client and replaces it',
          'gives the client no new calls, lets it finish those it has, and replaces it meanwhile',
        ],
      },
    },
  },
  {
    id: 'POOL-7',
    source: 'Issue: the seed’s pool',
    text: 'statistics',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['a pooled client has its names'],
        'packages/pool/src/balance/load.test.ts': ['keeps statistics for people'],
        'packages/pool/src/balance/latency-histogram.test.ts': ['is within 4.5% of the exact quantile, for any latencies in its range'],
      },
    },
  },
  {
    id: 'POOL-8',
    source: 'Issue: the seed’s pool',
    text: 'shutdown',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': [
          'lets calls under way finish at shutdown',
          'ends those that take too long with SHUTTING_DOWN',
          'is shut down by await using',
        ],
        'packages/pool/src/fleet/fleet-sizing.test.ts': ['ends recoveries and probes that are under way', 'gives up waiting at its timeout'],
      },
    },
  },
  {
    id: 'POOL-9',
    source: 'Issue: the seed’s pool',
    text: 'the algorithms least-load, round-robin, weighted with its requirements and endpoint weights, random',
    proof: {
      tests: {
        'packages/pool/src/balance/policies/policies.test.ts': [
          'finds the lowest of up to 16, for any loads',
          'takes everyone once a round, from any start, few or many',
          'draws each of %i in proportion to its weight',
          'takes load, failures, reports and wishes off and on, and never falls under 1',
          'draws each alike (seed %i)',
        ],
        'packages/pool/src/balance/load.test.ts': ['divides the work by the weight'],
        'packages/pool/test/pool-clients.test.ts': [
          'share calls by their weights',
          'that are quick are preferred where requirements.lowLatency says so, under weighted',
        ],
      },
    },
  },
  {
    id: 'POOL-10',
    source: 'Issue: the seed’s pool',
    text: 'affinity by rendezvous hashing, so that workers that share nothing agree',
    proof: {
      tests: {
        'packages/pool/src/balance/balancer.test.ts': ['is the same in workers that share nothing, whatever their load and order'],
        'packages/pool/src/balance/rendezvous.test.ts': ['moves the keys of a target that goes and no others, and gives one that comes back exactly its own'],
        'packages/pool/test/pool-clients.test.ts': ['agree on affinity with those of another pool over the same endpoints, in whatever order'],
        'packages/gateway/test/call.test.ts': ['sends the same affinity key to the same one, from every process'],
      },
    },
  },
  {
    id: 'POOL-11',
    source: 'Issue: the seed’s pool',
    text: 'affinity is kept in a bounded map with a time limit, and rebound when its client is unfit',
    proof: {
      tests: {
        'packages/pool/src/balance/affinity.test.ts': ['agrees with an oracle on keys, clients, expiry and who goes first, and is never larger than its bound'],
        'packages/pool/src/balance/balancer.test.ts': ['is kept for the client that failed a moment ago, or lacks this tool, while another serves'],
        'packages/pool/test/pool.test.ts': ['keep an affinity key, and give it to another when they are gone'],
      },
    },
  },
  // ── Retries ────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'RETRY-1',
    source: 'Issue: retries',
    text: 'bounded by `retryAttempts` and the deadline',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['makes at most 1 + retryAttempts attempts, and its error has every cause', 'never outlives its deadline'],
      },
    },
  },
  // ── OAuth ──────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'AUTH-1',
    source: 'Issue: OAuth',
    text: 'one token for all clients of one server, a single request in flight',
    proof: {
      tests: {
        'packages/pool/src/auth/client-credentials.test.ts': ['is asked for once, however many want it'],
        'packages/pool/test/auth.test.ts': ['are asked for once by a hundred connections'],
        'packages/pool/test/pool-tokens.test.ts': ['are one for all its clients, asked for once, and revoked when it shuts down'],
      },
    },
  },
  {
    id: 'AUTH-2',
    source: 'Issue: OAuth',
    text: 'renewed before it expires',
    proof: {
      tests: {
        'packages/pool/src/auth/client-credentials.test.ts': ['is renewed in the background before it expires, while the old one serves'],
        'packages/pool/test/auth.test.ts': ['are renewed before they expire, while the old one serves'],
      },
    },
  },
  {
    id: 'AUTH-3',
    source: 'Issue: OAuth',
    text: 'revoked at shutdown',
    proof: {
      tests: {
        'packages/pool/test/pool-tokens.test.ts': ['are one for all its clients, asked for once, and revoked when it shuts down'],
        'packages/pool/src/auth/token-cache.test.ts': ['revokes all of them at the end, those in use and those that linger'],
      },
    },
  },
  {
    id: 'AUTH-4',
    source: 'Issue: OAuth',
    text: 'a 401 renews once and repeats',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['renews a refused token once, and repeats on the same connection'],
        'packages/pool/test/http-legacy.test.ts': ['renews a token in the middle of a session'],
        'packages/pool/test/pool-tokens.test.ts': ['are renewed once by a 401, and the call, be it unsafe, is repeated where it was refused'],
      },
    },
  },
  {
    id: 'AUTH-5',
    source: 'Issue: OAuth',
    text: 'endpoints take the SDK’s `AuthProvider` and `OAuthClientProvider`',
    proof: {
      tests: {
        'packages/pool/src/auth/provider.test.ts': ['is asked before every request', 'sends a person to log in once, and takes the code that comes back'],
        'packages/pool/test/pool-tokens.test.ts': ['may come from an AuthProvider of the SDK, which is told of a 401 once'],
      },
    },
  },
]
