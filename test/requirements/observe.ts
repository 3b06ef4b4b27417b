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
  {
    id: 'OBSERVE-4',
    source: 'Seed: monitoring, metrics collection',
    text: 'MetricsCollector(pool) with its twelve metrics under their names, kept in `metrics`, and startCollection()',
    proof: {
      tests: {
        'packages/pool/test/metrics.test.ts': [
          'has %s of the architecture document',
          'says what calls came to, in seconds and by tool',
          'counts what events tell, from when it was made until it is stopped',
          'counts health checks and times them',
          'puts its metrics into a registry beside others, once',
        ],
      },
    },
  },
  {
    id: 'OBSERVE-5',
    source: 'Issue: observability, Prometheus',
    text: 'per tool durations with bounded label values, and endpoints',
    proof: {
      tests: {
        'packages/pool/src/observe/prometheus/look.test.ts': [
          'name the first tools, and count all others together',
          'do not name a tool %j',
          'count every call once under distinct labels, and keep the label that a tool has',
          'stay while an endpoint is there, and make room for others when it is gone',
        ],
      },
    },
  },
  {
    id: 'OBSERVE-6',
    source: 'Issue: observability, Prometheus',
    text: 'a real Prometheus scrapes it; promtool is silent but for five names of the seed, each of which has a twin',
    proof: {
      tests: {
        'packages/pool/test/metrics.test.ts': [
          'a Prometheus scrapes the pool',
          'writes what promtool likes, but for the five names of the architecture document, each of which has a twin',
        ],
        'packages/pool/test/observability-doc.test.ts': ['the table of metrics is that of the registry'],
      },
    },
  },
  {
    id: 'OBSERVE-7',
    source: 'Issue: observability, Prometheus',
    text: 'the library opens no port: a request handler for /metrics and /statistics',
    proof: {
      tests: {
        'packages/pool/test/metrics.test.ts': [
          'serves metrics and statistics on a server of the application, and nothing else',
          'answers 500 where a metric of somebody else cannot be read, and does not say why',
        ],
      },
    },
  },
  {
    id: 'OBSERVE-8',
    source: 'Seed: advanced configuration; issue: observability, Prometheus',
    text: 'metrics: { enabled, interval, endpoint }: exposed for scraping, and pushed to a Pushgateway',
    proof: {
      tests: {
        'packages/pool/test/metrics.test.ts': [
          'of the architecture document is taken as it is written',
          'has the pool collect by itself',
          '%o has it collect nothing',
          '%o is refused by name',
          'with an endpoint pushes to a Pushgateway, and a last time at shutdown',
          'tells once that a Pushgateway is away, and when it is back, and calls go on meanwhile',
          'a pool that does not collect loads nothing for it',
          'of a pool that cannot start pushes nothing, and lets the process end',
        ],
        'packages/pool/src/observe/prometheus/pushing.test.ts': [
          'happens at the interval, and never twice at once',
          'that fails is told once, goes on, and is told again when it is well',
          'ends with a last push, after the one that is under way',
        ],
      },
    },
  },
  {
    id: 'OBSERVE-9',
    source: 'Issue: observability, Prometheus',
    text: '`mcp-pool demo` mounts metrics and statistics on loopback',
    proof: { tests: { 'packages/gateway/test/demo.test.ts': ['serves metrics and statistics on loopback, and says where'] } },
  },
  {
    id: 'OBSERVE-10',
    source: 'Issue: observability, Prometheus',
    text: 'alert rules, checked and tested by promtool, and a Grafana dashboard that asks for metrics that exist, ship with the package',
    proof: {
      tests: {
        'packages/pool/test/monitoring.test.ts': [
          'are rules that Prometheus takes',
          'fire when they should, and not otherwise',
          'are each seen to fire, and to be silent',
          '%s asks for metrics that exist',
          'are explained, each of them',
          'asks for metrics that exist, and for nearly all of them',
          'asks what Prometheus understands',
        ],
      },
    },
  },
  {
    id: 'OBSERVE-11',
    source: 'Issue: observability, it must reach',
    text: 'all of it on, pool.request costs at most 3% more CPU; getStatistics() with 1,000 clients takes less than 5 ms',
    proof: { bench: 'observe' },
  },
]
