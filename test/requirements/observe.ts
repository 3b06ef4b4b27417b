import type { Requirement } from './requirement.js'

/** What a pool shows: statistics and Prometheus. */
export const observe: readonly Requirement[] = [
  {
    id: 'OBSERVE-1',
    source: 'Issue: observability, statistics',
    text: 'getStatistics() as in the seed, plus latency percentiles per client and per tool, queue, budget, breaker and ejection states, era',
    proof: {
      tests: {
        'packages/pool/src/observe/statistics.test.ts': [
          'say of each client what is known of it',
          'say what stands in the way of calls to a client',
          'say who waits, and what was tried besides',
          'say what calls came to, of tools and of other methods',
        ],
        'packages/pool/src/observe/pool-tally.test.ts': [
          'tells failed calls by their code, answers that are errors, and results',
          'times the attempts that say something of their server',
          'forgets the oldest endpoint where ten thousand others came after it',
          'counts health checks, and those that failed',
        ],
        'packages/pool/src/observe/durations.test.ts': [
          'counts every duration once, in the first bucket whose bound it does not exceed',
          'has quantiles of what was of late, and buckets of all',
        ],
        'packages/pool/src/call/call-observer.test.ts': [
          'hears of each attempt with its own time, and of the call with all of it',
          'hears why a call failed, also where its caller gave it up',
          'hears how long somebody waited, who was let in or was not',
          'hears nothing of listen streams',
        ],
      },
    },
  },
  {
    id: 'OBSERVE-2',
    source: 'Issue: observability, statistics',
    text: 'why a client is unfit, in a sentence',
    proof: {
      tests: {
        'packages/pool/src/observe/why-unfit.test.ts': ['%s, with the last error %s and the breaker %s, is explained', 'ejected as %s says until when'],
      },
    },
  },
  {
    id: 'OBSERVE-3',
    source: 'Issue: observability, statistics',
    text: 'statistics survive JSON, and show no secret',
    proof: {
      tests: {
        'packages/pool/src/observe/statistics.test.ts': ['survive JSON, whatever servers and users report'],
        'packages/pool/test/pool.test.ts': ['shows no secret in errors, events, statistics or what is printed of it'],
      },
    },
  },
]
