import type { Requirement } from './requirement.js'

const SHARED = 'comes with the state that workers share'

/** DESIGN, "Public names". */
export const names: readonly Requirement[] = [
  {
    id: 'NAMES-1',
    source: 'DESIGN: public names',
    text: '`MCPClientPool` with its methods',
    proof: { tests: { 'packages/pool/test/names.test.ts': ['has %s()', 'is an EventEmitter, and ends with await using'] } },
  },
  {
    id: 'NAMES-2',
    source: 'DESIGN: public names',
    text: '`CircuitBreakerPool` and `PriorityClientPool`, which are presets; `AdaptiveLoadBalancer`; `circuitBreakers`',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': [
          'has the map %s',
          'AdaptiveLoadBalancer chooses among the clients of a pool',
          'the presets take the advanced configuration of the architecture document, and are pools',
        ],
        'packages/pool/src/presets.test.ts': [
          'is a pool, with the options of one',
          'refuses what a pool refuses',
          'has breakers, as the architecture document describes them',
          'has a queue, unless it is told otherwise',
        ],
      },
    },
  },
  {
    id: 'NAMES-3',
    source: 'DESIGN: public names',
    text: '`MetricsCollector`',
    proof: {
      tests: {
        'packages/pool/test/metrics.test.ts': [
          'says what calls came to, in seconds and by tool',
          'writes what promtool likes, but for the five names of the architecture document, each of which has a twin',
        ],
      },
    },
  },
  {
    id: 'NAMES-4',
    source: 'DESIGN: public names',
    text: 'a pooled client: `id`, `endpoint`, `send`, `healthCheck`, `reconnect`, `disconnect`, and its events',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['a pooled client has its names', 'events of a client'],
        'packages/pool/src/fleet/fleet-health.test.ts': [
          'reach its own listeners, once each',
          'that is disconnected by hand connects again, for its place is not given up',
        ],
      },
    },
  },
  {
    id: 'NAMES-5',
    source: 'DESIGN: public names',
    text: 'maps that callers read and tests write are views over the pool’s state',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['has the map %s', 'has metrics'],
        'packages/pool/src/fleet/views.test.ts': [
          'is a Map of those who are there',
          'lets a client go that is deleted: at once from the map, after its calls from the pool',
          'makes a client unfit and fit again',
          'counts failures in a row, from where it is set',
        ],
        'packages/pool/src/balance/affinity.test.ts': ['lists what was set by hand'],
      },
    },
  },
  {
    id: 'NAMES-6',
    source: 'DESIGN: public names',
    text: 'a written `activeRequests` is load from elsewhere, to which the pool’s own calls are added; absent fields mean 0',
    proof: {
      tests: {
        'packages/pool/src/fleet/views.test.ts': [
          'adds the calls of the pool to what it was told of others',
          'is added to by updateLoadMetrics, which leaves the rest',
        ],
        'packages/pool/src/balance/load.test.ts': ['adds what is reported: requests in full, CPU and memory as about one request at most, and no nonsense'],
      },
    },
  },
  {
    id: 'NAMES-7',
    source: 'DESIGN: public names',
    text: '`loadBalancingAlgorithm` may change while running',
    proof: {
      tests: {
        'packages/pool/src/balance/balancer.test.ts': ['goes by the algorithm of the moment'],
        'packages/pool/src/config/resolve-config.test.ts': [
          'lets its algorithm change, to one that exists',
          'lets nothing else change, and is not changed through the options it came from',
        ],
      },
    },
  },
  {
    id: 'NAMES-8',
    source: 'DESIGN: public names',
    text: '`calculateClientLoad` is what the picker compares; `Infinity` for an unknown id',
    proof: { tests: { 'packages/pool/test/pool-clients.test.ts': ['feed what servers report of themselves into their load'] } },
  },
  {
    id: 'NAMES-9',
    source: 'DESIGN: public names',
    text: '`getClient` reserves nothing; with no fit client it creates one below `maxSize`, else throws `NO_HEALTHY_CLIENTS`',
    proof: { tests: { 'packages/pool/test/pool-clients.test.ts': ['are made by getClient where nobody is fit, and refused where there is no place'] } },
  },
  {
    id: 'NAMES-10',
    source: 'DESIGN: public names',
    text: '`getClient` with `priority` and `queueTimeout`: waits where there is a queue',
    proof: {
      tests: {
        'packages/pool/test/resilience-clients.test.ts': [
          'waits where there is a queue, and high goes first',
          'says after queueTimeout that there was none, and why there is not another',
        ],
        'packages/pool/src/call-path-clients.test.ts': [
          'gets it by priority, as soon as there is one',
          'is sent away where the queue is full, the lowest first',
        ],
      },
    },
  },
  {
    id: 'NAMES-11',
    source: 'DESIGN: public names',
    text: '`isHealthy` and `getHealthyClients` tell the truth',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': ['whose server dies and comes back are used again, with every event on the way'],
        'packages/pool/src/health/client-health.test.ts': ['is fit as soon as it is connected'],
      },
    },
  },
  {
    id: 'NAMES-12',
    source: 'DESIGN: public names',
    text: 'the values of a health status, and the guarded way between them',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['statuses of health'],
        'packages/pool/src/health/client-health.test.ts': ['refuses a transition from a status that is over'],
      },
    },
  },
  {
    id: 'NAMES-13',
    source: 'DESIGN: public names',
    text: 'events by name, typed; none ever throws for want of a listener',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['events of the pool'],
        'packages/pool/src/safe-emitter.test.ts': [
          'hands its arguments to every listener, and types them',
          'lets an error pass that nobody listens to',
          'warns of a listener that throws or rejects, and calls the others',
        ],
      },
    },
  },
  {
    id: 'NAMES-14',
    source: 'DESIGN: public names',
    text: 'the options of the basic configuration, with its defaults',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['takes the basic configuration of the architecture document, and shows it'],
        'packages/pool/src/config/resolve-config.test.ts': ['are those that the documents promise'],
        'packages/pool/src/config/options-table.test.ts': ['has a default that its own check takes, everywhere'],
      },
    },
  },
  {
    id: 'NAMES-15',
    source: 'DESIGN: public names',
    text: 'options of the advanced configuration: breaker, ejection, budgets, hedge, queue, limits, adaptive balancing',
    proof: {
      tests: {
        'packages/pool/src/config/resilience.test.ts': [
          'are those that the documents promise',
          'complete what is nested',
          'turn the breaker on where %s is given, since nobody says how a breaker has to be who wants none',
          'make the algorithm adaptive where that is asked for, and none by name',
        ],
        'packages/pool/src/config/options-table.test.ts': ['has a default that its own check takes, everywhere'],
      },
    },
  },
  {
    id: 'NAMES-16',
    source: 'DESIGN: public names',
    text: 'options of the advanced configuration: service discovery, metrics',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['the presets take the advanced configuration of the architecture document, and are pools'],
        'packages/pool/test/metrics.test.ts': ['of the architecture document is taken as it is written'],
        'packages/pool/src/config/discovery.test.ts': ['stands for endpoints, or besides them'],
      },
    },
  },
  {
    id: 'NAMES-17',
    source: 'DESIGN: public names',
    text: 'URLs are used verbatim',
    proof: { tests: { 'packages/pool/src/config/resolve-config.test.ts': ['keep a URL as it was given, and are named by it without its query'] } },
  },
  {
    id: 'NAMES-18',
    source: 'DESIGN: public names',
    text: '`start` called twice shares one promise; after `shutdown` it throws `SHUTTING_DOWN`; `shutdown({ timeout })`, `Symbol.asyncDispose`',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': [
          'starts once, however often it is asked, and says so',
          'ends those that take too long with SHUTTING_DOWN',
          'is shut down by await using',
        ],
      },
    },
  },
  {
    id: 'NAMES-19',
    source: 'DESIGN: public names',
    text: 'typed verbs take `affinity`, `signal`, `timeout`, `idempotent`, `onprogress`',
    proof: {
      tests: {
        'packages/pool/src/mcp/verbs.test.ts': ['pass the options of the call to the engine, and none of them to the server', 'report progress'],
        'packages/pool/src/call/call.test.ts': ['ends with the caller’s signal, tells the replica, and blames nobody'],
      },
    },
  },
  {
    id: 'NAMES-20',
    source: 'DESIGN: public names',
    text: '`drain(endpointId)`',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': ['of a drained endpoint take no calls, until one is created there'],
        'packages/pool/src/fleet/fleet-sizing.test.ts': [
          'removes all clients of an endpoint when their calls are done, and gets minSize elsewhere',
          'refuses an endpoint that it does not know, by name',
        ],
      },
    },
  },
  {
    id: 'NAMES-21',
    source: 'DESIGN: public names',
    text: '`clientInfo`, `capabilities` and `handlers`: who the pool is to servers, and who answers them when nobody else does',
    proof: {
      tests: {
        'packages/pool/src/server-requests.test.ts': ['answers with the handler of that kind, which gets the params', 'refuses %s where nobody answers it'],
        'packages/pool/test/sdk-sessions.test.ts': ['are answered by the handlers of the pool for its own verbs, over a %s fleet'],
        'packages/pool/src/mcp/verbs.test.ts': [
          'answer what a modern server asks, and declare that they can',
          'end with CANCELLED when the handler %s, and are not to be repeated',
        ],
      },
    },
  },
  {
    id: 'NAMES-22',
    source: 'DESIGN: public names',
    text: 'subpaths `.`, `/auth`, `/testing`',
    proof: { tests: { 'packages/pool/test/names.test.ts': ['the package exports %s'] }, script: 'scripts/check-packages' },
  },
  {
    id: 'NAMES-23',
    source: 'DESIGN: public names',
    text: 'subpaths `/discovery`, `/metrics`, `/otel`',
    proof: { tests: { 'packages/pool/test/names.test.ts': ['the package exports %s'] }, script: 'scripts/check-packages' },
  },
  { id: 'NAMES-28', source: 'DESIGN: public names', text: 'subpath `/state/redis`', proof: { deferred: SHARED } },
  {
    id: 'NAMES-24',
    source: 'DESIGN: public names',
    text: 'options of an endpoint over HTTP and over stdio; a pinned `protocolVersion` skips the probe',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['needs no server/discover where the revision is pinned'],
        'packages/pool/test/http-legacy.test.ts': ['asks for the revision that is pinned, without a probe'],
        'packages/pool/src/config/resolve-config.test.ts': [
          'over stdio are named by their command, and numbered where several are alike',
          'have headers in lower case',
          'have the headers of a Headers and of a Map',
        ],
      },
    },
  },
  {
    id: 'NAMES-25',
    source: 'DESIGN: public names',
    text: '`tls`, `proxy` and `dispatcher` of an endpoint',
    proof: {
      tests: {
        'packages/pool/test/http-odd-servers.test.ts': [
          'goes through a proxy',
          'uses the dispatcher that it is given, ends what it has under way there, and leaves it open',
          'goes over TLS, trusts whom it is told to, and shows its own certificate',
        ],
      },
    },
  },
  {
    id: 'NAMES-26',
    source: 'DESIGN: public names',
    text: '`PoolError`: its codes, `progress`, `retryable`, `endpoint`, `attempts`, `cause`',
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['codes of PoolError'],
        'packages/pool/src/errors.test.ts': ['is JSON with its message, and without what it came from'],
        'packages/pool/test/bad-servers.test.ts': ['a server of the %s era that'],
        'packages/pool/src/call/call.test.ts': ['makes at most 1 + retryAttempts attempts, and its error has every cause'],
        'test/readme.test.ts': ['explains every error code, with no fenced code that nothing checks'],
      },
    },
  },
  {
    id: 'NAMES-27',
    source: 'DESIGN: public names',
    text: 'the typed verbs let only `PoolError` and the server’s own `ProtocolError` out',
    proof: {
      tests: {
        'packages/pool/src/mcp/verbs.test.ts': [
          'throw the PoolError itself, before the request was accepted or after',
          "throw the server's own error as the SDK does",
          'take a result that is none (%j) for a PoolError',
          'end with REQUEST_TIMEOUT when the time runs out while a person is asked: %s',
        ],
      },
    },
  },
]
