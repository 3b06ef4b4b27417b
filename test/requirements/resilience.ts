import type { Requirement } from './requirement.js'

/** What becomes of an attempt, and what it says of its client: outcome, breaker, retries. */
export const resilience: readonly Requirement[] = [
  // ── Outcome, once ──────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'OUTCOME-1',
    source: 'Issue: resilience, outcome',
    text: 'one classification of every attempt, fed once and alike to load, guard (breaker, ejection, places) and fleet',
    proof: {
      tests: { 'packages/pool/src/call-path.test.ts': ['one classification of an attempt goes to guard, load and fleet: the same, once, in this order'] },
    },
  },
  {
    id: 'OUTCOME-2',
    source: 'Issue: resilience, outcome',
    text: 'what is a failure of the server, and what is not',
    proof: {
      tests: {
        'packages/pool/src/call/outcome.test.ts': [
          'counts a result as good, a tool that failed included, and a JSON-RPC error as no evidence',
          'blames the replica for %s',
          'does not blame the replica for %s',
        ],
        'packages/pool/test/resilience-breaker.test.ts': ['answers that say no, and tools that fail, leave it closed'],
      },
    },
  },
  {
    id: 'OUTCOME-3',
    source: 'Issue: resilience, outcome',
    text: 'budgets hear of every call once, however many attempts it takes',
    proof: {
      tests: {
        'packages/pool/src/call-path.test.ts': ['retries and hedges stay within their budgets'],
        'packages/pool/src/call/retry-budget.test.ts': ['never spends more than ratio × calls + reserve, for any ratio and any order of events'],
        'packages/pool/src/call/hedging.test.ts': ['never spends more than maxExtra × calls, for any share and any order of events'],
      },
    },
  },
  // ── Circuit breaker ────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'BREAKER-1',
    source: 'Issue: resilience, circuit breaker',
    text: 'opens on a count, and on a rate with a minimum volume',
    proof: {
      tests: {
        'packages/pool/src/health/circuit-breaker.test.ts': [
          'opens with the fifth failure in a row, and fails at once from then on',
          'opens on half of ten calls, none of which failed five times in a row',
          'agrees with a breaker that remembers every call, whatever happens to it',
        ],
      },
    },
  },
  {
    id: 'BREAKER-2',
    source: 'Issue: resilience, circuit breaker',
    text: 'half-open with a bounded number of trial calls',
    proof: {
      tests: {
        'packages/pool/src/health/circuit-breaker.test.ts': [
          'lets as many trial calls through as have to succeed, and closes when all have',
          'gives the place of a trial call back that proved nothing',
          'opens again, for the whole time, when one trial fails',
        ],
        'packages/pool/src/health/ejections.test.ts': ['gives the place of a trial call that hangs to another in time, and its success counts all the same'],
        'packages/pool/test/resilience-breaker.test.ts': [
          'lets few trial calls through when its time is over, and opens again where they fail',
          'closes once its trial calls went well',
        ],
      },
    },
  },
  {
    id: 'BREAKER-3',
    source: 'Issue: resilience, circuit breaker',
    text: 'windows by elapsed time: idle time empties them',
    proof: { tests: { 'packages/pool/src/health/circuit-breaker.test.ts': ['has no failures left after idling longer than the window, and stays closed'] } },
  },
  {
    id: 'BREAKER-4',
    source: 'DESIGN: public names',
    text: '`CIRCUIT_OPEN`: fails fast, and the server is not asked',
    proof: {
      tests: {
        'packages/pool/test/resilience-breaker.test.ts': ['fails fast on its only endpoint after five failures, without asking the server'],
        'packages/pool/test/resilience-clients.test.ts': ['gives nobody whose breaker is open'],
        'packages/pool/src/call-path-clients.test.ts': ['does not wait where there is no queue'],
      },
    },
  },
  {
    id: 'BREAKER-5',
    source: 'DESIGN: a call’s way',
    text: 'a breaker was asked for: a panic does not override it',
    proof: { tests: { 'packages/pool/src/health/ejections.test.ts': ['uses the ejected in a panic, and never those whose breakers are open'] } },
  },
  {
    id: 'BREAKER-6',
    source: 'DESIGN: public names',
    text: '`circuitBreakers`: shown, opened and closed by hand; errors that are reported count',
    proof: {
      tests: {
        'packages/pool/src/fleet/circuit-view.test.ts': [
          'shows the breakers that there are',
          'puts a breaker into a state, from which it goes on by itself',
          'closes one that is deleted',
        ],
        'packages/pool/test/pool-circuits.test.ts': [
          'is opened and closed by hand',
          'counts errors that are reported of the client',
          'is not there where nobody asked for one',
        ],
      },
    },
  },
  {
    id: 'BREAKER-7',
    source: 'DESIGN: public names',
    text: '`circuit:opened`, `circuit:half-open`, `circuit:closed`',
    proof: {
      tests: { 'packages/pool/test/pool-circuits.test.ts': ['opens after failures in a row, is tried after its time, and closes when that went well'] },
    },
  },
  // ── Retries ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'RETRYBUDGET-1',
    source: 'Issue: resilience, retry budget',
    text: 'a share of the calls plus a reserve, over all calls; what never reached a server costs nothing',
    proof: {
      tests: {
        'packages/pool/src/call/retry-budget.test.ts': [
          'lets a quiet pool retry its first call',
          'never spends more than ratio × calls + reserve, for any ratio and any order of events',
          'forgets calls and retries that are older than the window',
        ],
        'packages/pool/src/call/call.test.ts': [
          'bounds repeats of what servers had to do with, over all calls, and lets the failure stand',
          'is not touched by what never reached a server',
        ],
      },
    },
  },
  {
    id: 'RETRYBUDGET-2',
    source: 'Issue: resilience, retry budget',
    text: 'full jitter',
    proof: { tests: { 'packages/pool/src/backoff.test.ts': ['uses the whole interval from nothing on: mean of 10,000 waits within 2% of half of it'] } },
  },
  {
    id: 'RETRYBUDGET-3',
    source: 'Issue: resilience, retry budget',
    text: '`Retry-After` is honoured: the replica is left alone while there are others, and the same one is not asked sooner',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['honours Retry-After at the replica that asked for it'],
        'packages/pool/src/call-path-clients.test.ts': [
          'leaves the client alone for as long as it asked, and uses it all the same where nobody else is',
          'is not honoured at the price of another attempt where the call has failed already, for a client that rests says no at once',
          'of an hour means another quota than ours, or the wrong unit: it is believed for 30 s',
        ],
        'packages/pool/test/resilience-queue.test.ts': [
          'on %i: the replica is left alone, and the others take its calls',
          'on %i of the only one: the call comes back no sooner',
        ],
      },
    },
  },
  {
    id: 'RETRYBUDGET-4',
    source: 'Issue: resilience, retry budget',
    text: 'the deadline is known to every attempt: none starts that cannot end in time, hedges included',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['keeps attempts from starting that could not end in time', 'never outlives its deadline'],
        'packages/pool/src/call/hedging.test.ts': ['is not asked of a second replica that could hardly answer before the deadline'],
      },
    },
  },
  {
    id: 'RETRYBUDGET-5',
    source: 'DESIGN: how far did it get?',
    text: 'after `refused` the next goes elsewhere at once, and waits for no `Retry-After` of another',
    proof: { tests: { 'packages/pool/src/call/call.test.ts': ['waits for no Retry-After of replicas where there is another one'] } },
  },
  {
    id: 'RETRYBUDGET-6',
    source: 'Issue: a pool that calls real servers, sessions',
    text: 'sessions that replicas lose together leave a call the attempts that it may need for real failures',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['is no attempt that failed, the first time at each client'],
        'packages/pool/src/call/repeat.test.ts': ['counts repeats, but those after a session that was lost; none where retries are off'],
      },
    },
  },
]
