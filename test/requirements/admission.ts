import type { Requirement } from './requirement.js'

/** Who may start, who waits and who is asked twice: hedging, queue, limits; and what people see of it. */
export const admission: readonly Requirement[] = [
  // ── Hedging ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'HEDGE-1',
    source: 'Issue: resilience, hedging',
    text: 'a second attempt on another replica when the first is slow: after a quantile or a time',
    proof: {
      tests: {
        'packages/pool/src/call/hedging.test.ts': [
          'is asked of a second replica; the first answer counts and the loser is cancelled without blame',
          'asks for the quantile that is wanted, of the pool or of the call',
        ],
        'packages/pool/test/resilience-hedging.test.ts': ['one of three is a black hole: nobody waits'],
        'packages/pool/src/balance/kind-history.test.ts': [
          'knows a quantile to 5% as soon as one latency is expected beyond it, for any latencies',
          'does not lower p95 because those who would exceed it are given up there',
        ],
      },
    },
  },
  {
    id: 'HEDGE-2',
    source: 'Issue: resilience, hedging',
    text: 'only for safe calls',
    proof: {
      tests: {
        'packages/pool/src/call/hedging.test.ts': [
          'is never asked twice where it may not run twice, where there is nobody else, or once somebody was asked something',
        ],
        'packages/pool/test/resilience-hedging.test.ts': [
          'unsafe calls are never hedged, however slow they are',
          'unsafe calls that meet a black hole fail and are not repeated',
          'a tool that says that it only reads is hedged without a word of the caller',
        ],
      },
    },
  },
  {
    id: 'HEDGE-3',
    source: 'Issue: resilience, hedging',
    text: 'the loser is cancelled',
    proof: {
      tests: {
        'packages/pool/test/resilience-hedging.test.ts': ['the loser is cancelled, and its server hears of it'],
        'packages/pool/src/call/hedging.test.ts': [
          'may be answered by the first after all',
          'leaves nothing behind when its caller gives up or its time runs out',
        ],
      },
    },
  },
  {
    id: 'HEDGE-4',
    source: 'Issue: resilience, hedging',
    text: 'within a budget',
    proof: {
      tests: {
        'packages/pool/src/call/hedging.test.ts': [
          'never spends more than maxExtra × calls, for any share and any order of events',
          'is asked once more at most, and by no more calls than the budget has',
          'saves up no more than a hundred',
        ],
        'packages/pool/test/resilience-hedging.test.ts': ['hedges stay within their budget, and a call may do without'],
      },
    },
  },
  {
    id: 'HEDGE-5',
    source: 'DESIGN: retries in time',
    text: 'off until asked for',
    proof: { tests: { 'packages/pool/src/config/resilience.test.ts': ['are those that the documents promise'] } },
  },
  // ── Admission ──────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'QUEUE-1',
    source: 'Issue: resilience, admission',
    text: 'priorities high, normal, low; then by deadline, of one tenant',
    proof: {
      tests: {
        'packages/pool/src/call/admission/admission.test.ts': [
          'is who came first, among equals',
          'is whose wait ends first, of one tenant',
          'is high before normal before low, and each of them in its share',
        ],
        'packages/pool/src/call/admission/admission-order.test.ts': ['lets in and sends away in the order of an oracle that looks at everyone every time'],
        'packages/pool/test/resilience-queue.test.ts': ['high goes before normal, and normal before low'],
      },
    },
  },
  {
    id: 'QUEUE-2',
    source: 'Issue: resilience, admission',
    text: 'weighted, so that low is never starved: nothing starves',
    proof: {
      tests: {
        'packages/pool/src/call/admission/admission.property.test.ts': [
          'gives each priority that waits its share, to one turn, whatever the weights',
          'lets in anyone after a bounded number of others, however many of any priority and tenant keep coming',
        ],
        'packages/pool/test/resilience-queue.test.ts': ['low is not starved: of 21 turns it has one'],
      },
    },
  },
  {
    id: 'QUEUE-3',
    source: 'Issue: resilience, admission',
    text: 'bounded: expired and lowest priority first, `QUEUE_TIMEOUT` and `QUEUE_FULL`',
    proof: {
      tests: {
        'packages/pool/src/call/admission/admission.test.ts': [
          'is whose wait is over, at its time',
          'is of a lower priority than the newcomer: of the tenant with most, who could wait longest',
          'is one that waited too long rather than anybody else, though its alarm has not rung yet',
        ],
        'packages/pool/test/resilience-queue.test.ts': ['who waits too long is told so, and nothing ran', 'a full queue sends the lowest away first'],
      },
    },
  },
  {
    id: 'QUEUE-4',
    source: 'Issue: resilience, admission',
    text: 'a fair share per `affinity` or tenant under overload',
    proof: {
      tests: {
        'packages/pool/src/call/admission/admission.test.ts': [
          'goes round the tenants, whoever of them shouts loudest',
          'is of the tenant that waits with most, for a newcomer of one with less',
        ],
        'packages/pool/src/call/admission/admission.property.test.ts': ['gives tenants that wait as many turns as each other, to one'],
      },
    },
  },
  {
    id: 'QUEUE-5',
    source: 'Issue: resilience, admission',
    text: 'who cannot be placed stands in nobody’s way',
    proof: {
      tests: {
        'packages/pool/src/call/admission/admission.test.ts': ['is not one who cannot be placed, who loses nothing by it'],
        'packages/pool/src/call/admission/admission.property.test.ts': [
          'lets in who needs something else, however many cannot be placed, and asks few in vain each time',
        ],
      },
    },
  },
  {
    id: 'QUEUE-6',
    source: 'DESIGN: time',
    text: 'time in the queue has its own bound; `requestTimeout` and `callTimeout` start when the call is admitted',
    proof: {
      tests: {
        'packages/pool/src/call/admission/admission.test.ts': ['is a newcomer whose time is over already, and any newcomer where there is no queue'],
        'packages/pool/src/call-path-clients.test.ts': [
          'is told after its own queueTimeout, else that of the pool, that there was none',
          'time in the queue counts against its own bound, and against no other',
        ],
      },
    },
  },
  {
    id: 'QUEUE-7',
    source: 'DESIGN: sizing',
    text: 'those who wait in the queue make the pool grow',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-sizing.test.ts': ['of calls that wait in a queue adds one whatever the sockets, for it is limits that they wait for'],
      },
    },
  },
  // ── Limits of concurrency ──────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'LIMIT-1',
    source: 'Issue: resilience, admission',
    text: 'fixed, per client and per tool',
    proof: {
      tests: {
        'packages/pool/src/call/limits/limits.test.ts': [
          'never lets more in than there are places, of the client and of a tool, and has all of them back at rest',
          'limits tools where the client has no limit',
        ],
        'packages/pool/src/call-path.test.ts': ['nobody who left is given a call, and no limit is passed'],
        'packages/pool/src/call-path-places.test.ts': ['lift no limit of a tool, and take no hint away'],
        'packages/pool/src/balance/call-kinds.test.ts': [
          'gives a tool that exists a kind of its own whatever names were made up before, up to a bound',
          'keeps no name that is too long for one, and none that breaks a line of a message',
        ],
        'packages/pool/test/resilience-queue.test.ts': [
          'no server sees more at once than one client may have under way, hedges and retries included',
          'a tool has a limit of its own, which others do not feel',
        ],
      },
    },
  },
  {
    id: 'LIMIT-2',
    source: 'Issue: resilience, admission',
    text: 'adaptive: as many as the replica can work on, and it is kept busy',
    proof: {
      tests: {
        'packages/pool/src/call/limits/adaptive-limit.test.ts': [
          'with %d slots and %s requests is found to have about as many, and is kept busy',
          'is found out within a minute, from the first request on',
          'that loses slots gets less, and as much as ever when they return',
          'is not throttled at %d of that',
          'allows only what there are places for, keeps some, and has all of them back at rest, whatever happens',
        ],
      },
    },
  },
  {
    id: 'LIMIT-3',
    source: 'Issue: resilience, admission',
    text: 'per tool class: a 60 s tool does not teach a 10 ms tool',
    proof: {
      tests: {
        'packages/pool/src/call/limits/adaptive-limit.test.ts': [
          'that has slots for 10 ms and for 60 s is not taken for slow',
          'with other requests than before is not taken for slow',
        ],
      },
    },
  },
  {
    id: 'LIMIT-4',
    source: 'DESIGN: the SDK’s transport, in full',
    text: 'listen streams are outside of limits',
    proof: { tests: { 'packages/pool/src/call-path-places.test.ts': ['takes no place, and needs none'] } },
  },
  {
    id: 'QUEUE-8',
    source: 'Issue: resilience, admission',
    text: 'who waits for a replica of its own (cursor, session) waits for that one, and for nobody who is gone or whose breaker opens',
    proof: {
      tests: {
        'packages/pool/src/call/call-places.test.ts': [
          'a cursor waits for its issuer, who alone understands it, though others have places',
          'what lives in the home session waits for a place there',
        ],
        'packages/pool/src/call-path-places.test.ts': [
          'fails at once when the breakers of all who could serve it open',
          'for one client fails when that is removed, and the others go on waiting',
          'goes on waiting for those who may return',
        ],
      },
    },
  },
  // ── Calls, statistics, example ───────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'CALLOPTIONS-1',
    source: 'DESIGN: public names',
    text: 'of a call: `priority`, `tenant`, `queueTimeout`, `hedge`, through every door',
    proof: {
      tests: {
        'packages/pool/src/config/call-options.test.ts': ['takes the wishes %j', 'refuses anything else with a PoolError, whatever it is'],
        'packages/pool/src/mcp/verbs.test.ts': ['pass the options of the call to the engine, and none of them to the server'],
        'packages/pool/src/mcp/sdk-transport.test.ts': ['come from the transport, and one by one from the call, and never reach a server'],
      },
    },
  },
  {
    id: 'STATISTICS-1',
    source: 'DESIGN: public names',
    text: 'statistics tell of queues, retries, hedges, breakers, ejections and limits',
    proof: {
      tests: {
        'packages/pool/src/observe/statistics.test.ts': [
          'say what stands in the way of calls to a client',
          'say who waits, and what was tried besides',
          'of a pool without a queue have none',
        ],
      },
    },
  },
  {
    id: 'EXAMPLE-1',
    source: 'Issue: resilience',
    text: 'an example shows what happens when servers are slow, fail, or have too much to do',
    proof: { script: 'examples/src/resilience.ts' },
  },
]
