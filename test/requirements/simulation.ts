import type { Requirement } from './requirement.js'

/** Balancing that is proved on virtual time: the policy, the simulator, and what it has to reach. */
export const simulation: readonly Requirement[] = [
  // ── Adaptive balancing ─────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'ADAPTIVE-1',
    source: 'Issue: resilience, adaptive balancing',
    text: '`loadBalancingAlgorithm: "adaptive"` and `enableAdaptiveBalancing`; `least-load` is the same',
    proof: {
      tests: {
        'packages/pool/src/config/resilience.test.ts': ['make the algorithm adaptive where that is asked for, and none by name'],
        'packages/pool/src/balance/balancer.test.ts': ['goes by the algorithm of the moment'],
      },
    },
  },
  {
    id: 'ADAPTIVE-2',
    source: 'Issue: resilience, adaptive balancing',
    text: 'outstanding first, reported utilisation, and whose it is; a decaying penalty for failures',
    proof: {
      tests: {
        'packages/pool/src/balance/load.test.ts': [
          'costs 0 idle, and one for each outstanding request',
          'adds what is reported: requests in full, CPU and memory as about one request at most, and no nonsense',
          'adds the CPU that neighbours have, a request and a half at most, until that is old',
          'decides between equals only, as long as it is little: never against one request less',
          'are forgiven more slowly by those that fail whenever they are tried, and as fast as ever after some answers',
        ],
      },
    },
  },
  {
    id: 'ADAPTIVE-3',
    source: 'Issue: resilience, adaptive balancing',
    text: '`learningRate`',
    proof: {
      tests: {
        'packages/pool/src/balance/load.test.ts': [
          'is how soon one that was slow is as good as any other again',
          'of 0 leaves latencies out, and counts outstanding, age and failures as ever',
          'of %d is refused',
        ],
      },
    },
  },
  {
    id: 'ADAPTIVE-4',
    source: 'Issue: resilience, adaptive balancing',
    text: 'exploration of what has not been heard of',
    proof: {
      tests: {
        'packages/pool/src/call-path-clients.test.ts': ['is tried soon: one that is new, and one that failed all its calls three minutes ago (seed %i)'],
        'packages/pool/src/balance/load.test.ts': ['spreads what comes one by one, though one replica is a little faster'],
        'packages/pool/src/adaptive-load-balancer.test.ts': ['spreads hope over those of whom nothing is known, and breaks ties without bias'],
      },
    },
  },
  {
    id: 'ADAPTIVE-5',
    source: 'Issue: resilience, adaptive balancing',
    text: 'no reset when the fleet changes',
    proof: { tests: { 'packages/pool/src/call-path-clients.test.ts': ['stays when others come and go'] } },
  },
  {
    id: 'ADAPTIVE-6',
    source: 'Issue: resilience, adaptive balancing',
    text: '`AdaptiveLoadBalancer`: `selectClient`, `recordResult`, `performanceHistory`, `learningRate`',
    proof: {
      tests: {
        'packages/pool/src/adaptive-load-balancer.test.ts': [
          'keeps moving averages, and learns less with each result but never nothing',
          'goes by load first: a queue of five outweighs that a client was e times slower',
          'gives one of ten that fails at once, and so is always idle, under 1%% of the tasks (seed %i)',
          'selects a healthy client and keeps numbers in range, whatever is recorded, written and reported',
        ],
      },
    },
  },
  // ── The simulator ──────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'SIMULATOR-1',
    source: 'Issue: resilience, the simulator',
    text: 'the production code on virtual time, ending every call once and leaving nothing behind',
    proof: {
      tests: {
        'packages/pool/src/testing/simulation/simulate.test.ts': [
          'ends every call once, runs no unsafe one twice and leaves nothing behind, whatever goes wrong',
          'gives all policies the same calls',
        ],
      },
    },
  },
  {
    id: 'SIMULATOR-2',
    source: 'Issue: resilience, the simulator',
    text: 'the same seed gives the same trace',
    proof: {
      tests: {
        'packages/pool/src/testing/simulation/simulate.test.ts': ['gives the same result for the same seed, to the last bit, and another for another (%s)'],
        'packages/gateway/test/simulate.test.ts': ['gives the same bytes for the same seed, and others for another'],
      },
    },
  },
  {
    id: 'SIMULATOR-3',
    source: 'Issue: resilience, the simulator',
    text: 'scenario files of one’s own, and ten that ship',
    proof: {
      tests: {
        'packages/gateway/src/simulation/load-scenarios.test.ts': [
          'are eleven, and the help names them and all policies',
          '%s is right, and is compared with the central queue',
          'reads what is replayed from a file next to the scenario, and says which line of it is wrong',
        ],
        'packages/pool/src/testing/simulation/read-scenario.test.ts': ['needs little, and fills in the rest'],
        'packages/gateway/test/simulator-doc.test.ts': ['shows a scenario that runs', 'names every policy'],
      },
    },
  },
  {
    id: 'SIMULATOR-4',
    source: 'Issue: resilience, the simulator',
    text: '`mcp-pool simulate SCENARIO [--quick]`: tables, and an SVG or HTML plot of latency and queueing',
    proof: {
      tests: {
        'packages/gateway/test/simulate.test.ts': ['prints a table of a scenario that ships', 'draws a plot: %s'],
        'packages/gateway/src/simulation/plot.test.ts': [
          'draws a line for each policy in each of three panels, and leaves out times without calls',
          'is one page that loads nothing',
        ],
      },
    },
  },
  {
    id: 'SIMULATOR-5',
    source: 'Issue: resilience, what it must reach',
    text: 'its world agrees with Erlang C and with published figures',
    proof: {
      tests: {
        'packages/pool/src/testing/simulation/simulate.test.ts': [
          'waits as Erlang C says where there is one replica with four slots (%s)',
          '%s: mean of %i ms where all are alike',
          '%s sends %d%% of the calls into one that fails fast',
          '%s loses %d%% to a black hole',
          '%s answers %d%% of the calls of Buoyant 2016 within a second',
        ],
      },
    },
  },
  // ── What it must reach ─────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'REACH-1',
    source: 'Issue: resilience, what it must reach',
    text: 'B, C, D, E: the mean over that of one central queue, paired over ten seeds, next to the classics; E also with reported load',
    proof: {
      tests: {
        'packages/pool/src/testing/simulation/simulate.test.ts': [
          'cost less time the more they say: nothing, the CPU of the machine, and how much of it is their own',
        ],
      },
      bench: 'simulation',
    },
  },
  {
    id: 'REACH-2',
    source: 'Issue: resilience, what it must reach',
    text: 'F, G, H: failed calls without retries and ejection, and with everything on',
    proof: { bench: 'simulation' },
  },
  {
    id: 'REACH-3',
    source: 'Issue: resilience, what it must reach',
    text: 'two bad of five, a flapping replica, a slow zone, bimodal, cold: never over 1.03 times the best classic',
    proof: { bench: 'simulation' },
  },
  {
    id: 'REACH-4',
    source: 'Issue: resilience, what it must reach',
    text: 'rolling restart with drain loses no call; Buoyant replay; The Tail at Scale; overload ramp',
    proof: { tests: { 'packages/gateway/test/simulate.test.ts': ['prints a table of a scenario that ships'] }, bench: 'simulation' },
  },
  {
    id: 'REACH-5',
    source: 'Issue: resilience, what it must reach',
    text: 'the whole way without the exchange at most 1 µs, next to cockatiel and opossum',
    proof: { bench: 'guard' },
  },
  {
    id: 'REACH-6',
    source: 'Issue: resilience, what it must reach',
    text: 'scenarios on real servers with open-loop arrivals, both eras; agreement with the simulation',
    proof: { bench: 'reality' },
  },
  {
    id: 'REACH-7',
    source: 'Issue: resilience, what it must reach',
    text: 'CPU per `pool.request` at most 1.05x bare undici with all of this on',
    proof: { bench: 'overhead' },
  },
]
