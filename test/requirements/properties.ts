import type { Requirement } from './requirement.js'

/** What holds whatever happens, and what nobody may ask for. */
export const properties: readonly Requirement[] = [
  // ── Properties ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'PROPERTY-1',
    source: 'Issue: resilience, properties',
    text: 'outstanding counts never negative, zero at rest; exactly one settlement per call; no timer outlives its owner',
    proof: {
      tests: {
        'packages/pool/src/call-path.test.ts': ['every call is settled exactly once, what may not run twice runs once, and nothing is left behind'],
        'packages/pool/src/call/admission/admission.property.test.ts': [
          'settles everyone exactly once, holds no more than it may, and leaves no alarm, whatever happens in the middle of what',
        ],
        'packages/pool/src/health/ejections.test.ts': ['leaves no alarm behind, and tells nobody anything'],
        'packages/pool/src/balance/load.test.ts': ['counts what is outstanding, for any order of starting and settling, also twice'],
      },
    },
  },
  {
    id: 'PROPERTY-2',
    source: 'Issue: resilience, properties',
    text: 'retries and hedges <= budget, for any ratio',
    proof: { tests: { 'packages/pool/src/call-path.test.ts': ['retries and hedges stay within their budgets'] } },
  },
  {
    id: 'PROPERTY-3',
    source: 'Issue: resilience, properties',
    text: 'after idle longer than the window counts are zero',
    proof: {
      tests: {
        'packages/pool/src/sliding-sum.test.ts': [
          'is empty after idling longer than the window, however much came before',
          'agrees with an oracle that keeps every event',
        ],
        'packages/pool/src/health/circuit-breaker.test.ts': ['has no failures left after idling longer than the window, and stays closed'],
      },
    },
  },
  {
    id: 'PROPERTY-4',
    source: 'Issue: resilience, properties',
    text: 'no pick of a draining client',
    proof: {
      tests: {
        'packages/pool/src/call-path.test.ts': ['nobody who left is given a call, and no limit is passed'],
        'packages/pool/src/fleet/fleet-sizing.test.ts': ['gives the client no new calls, lets it finish those it has, and replaces it meanwhile'],
      },
    },
  },
  {
    id: 'PROPERTY-5',
    source: 'Issue: resilience, properties',
    text: 'affinity moves no more keys than it must, also when a client is ejected and returns',
    proof: {
      tests: {
        'packages/pool/src/call-path.test.ts': [
          'a key moves only while its client takes no call, fails again and again, or is gone: nobody else who comes or goes moves it',
        ],
        'packages/pool/src/balance/balancer.test.ts': ['stays when clients come, and moves only with those that go'],
        'packages/pool/src/balance/rendezvous.test.ts': ['moves the keys of a target that goes and no others, and gives one that comes back exactly its own'],
      },
    },
  },
  // ── Bad input ──────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'BADINPUT-1',
    source: 'Issue: resilience, bad input',
    text: 'impossible combinations of options are refused with a sentence that says why',
    proof: {
      tests: {
        'packages/pool/src/config/resilience.test.ts': [
          'a hedge without a budget',
          'a hedge after the end',
          'a queue without room',
          'a bound of waiting where nobody waits',
          'room for those who wait where nobody waits',
          'ejections that end before they begin',
          'retries without a budget',
        ],
        'packages/pool/src/config/refusals.property.test.ts': ['answers anything with a config or with CONFIG'],
      },
    },
  },
  {
    id: 'BADINPUT-2',
    source: 'Issue: resilience, bad input',
    text: 'thresholds out of range are refused',
    proof: {
      tests: {
        'packages/pool/src/config/resilience.test.ts': [
          'a threshold of none',
          'a rate in percent',
          'half a trial',
          'more than all',
          'a panic at nothing',
          'learning more than all',
        ],
        'packages/pool/src/config/refusals.property.test.ts': ['takes any number in the range of an option and none beyond'],
      },
    },
  },
  {
    id: 'BADINPUT-3',
    source: 'Issue: resilience, bad input',
    text: 'a scenario file with a mistake names the line',
    proof: {
      tests: {
        'packages/gateway/src/simulation/load-scenarios.test.ts': [
          '%s is named with file and line',
          'hides no other: all are named at once, in the order of their lines',
        ],
        'packages/gateway/test/simulate.test.ts': ['names file, line and what is allowed where a scenario is wrong'],
        'packages/pool/src/testing/simulation/read-scenario.test.ts': ['refuses %j, which is no scenario'],
      },
    },
  },
]
