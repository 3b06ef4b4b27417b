import type { Requirement } from './requirement.js'

/** Decisions about a call: what may be repeated, whose answer it is, how long it takes. */
export const calls: readonly Requirement[] = [
  // ── How far did it get? ────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'PROGRESS-1',
    source: 'DESIGN: how far did it get?',
    text: 'every failed attempt has a progress: not-sent, refused, sent, answered',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['modern: what goes wrong', 'says when nobody is there, and when it was given up'],
        'packages/pool/test/bad-servers.test.ts': ['a server of the %s era that'],
        'packages/pool/src/mcp/channel/channel.test.ts': ['fails a request that cannot be sent, as not sent unless more is known'],
      },
    },
  },
  {
    id: 'PROGRESS-2',
    source: 'DESIGN: how far did it get?',
    text: 'after not-sent and refused everything is repeated, at once elsewhere',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['that was %s goes elsewhere at once, whatever it is'],
        'packages/pool/src/call/repeat.test.ts': ['repeats after %s, without asking whether it is safe'],
        'packages/pool/test/pool-repeats.test.ts': ['an unsafe one that is refused with %s is answered by another, and runs once'],
        'packages/pool/test/bad-servers.test.ts': ['says with %s that it did not run it, and is asked again'],
      },
    },
  },
  {
    id: 'PROGRESS-3',
    source: 'DESIGN: how far did it get?',
    text: 'after sent what is safe is repeated elsewhere',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['that may have run is repeated only where that is safe'],
        'packages/pool/test/pool-repeats.test.ts': ['a safe call that meets %s is answered by another'],
      },
    },
  },
  {
    id: 'PROGRESS-4',
    source: 'DESIGN: how far did it get?',
    text: 'an unsafe call that was sent is never repeated, and the error says that it may have run',
    proof: {
      tests: {
        'packages/pool/src/call/repeat.test.ts': ['repeats after sent only what is safe'],
        'packages/pool/test/pool-repeats.test.ts': ['an unsafe one that meets %s is not repeated, and the error says that it may have run'],
        'packages/pool/test/pool-servers.test.ts': ['that die in the middle of an unsafe call run it once, and the error says that it may have run'],
      },
    },
  },
  {
    id: 'PROGRESS-5',
    source: 'DESIGN: how far did it get?',
    text: 'an answer is an answer, be it an error',
    proof: {
      tests: {
        'packages/pool/src/call/repeat.test.ts': ['takes an answer for an answer'],
        'packages/pool/test/pool-repeats.test.ts': [
          'an error of the server, and a tool that fails, are answers: nothing is repeated or held against the replica',
        ],
      },
    },
  },
  // ── Safe is an allow-list ──────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'SAFE-1',
    source: 'DESIGN: safe is an allow-list',
    text: 'reading methods are safe; tasks, methods of vendors and everything else are not',
    proof: { tests: { 'packages/pool/src/call/safety.test.ts': ['lets %s run twice', 'never repeats %s'] } },
  },
  {
    id: 'SAFE-2',
    source: 'DESIGN: safe is an allow-list',
    text: 'a tool is safe by the hints of all replicas that it may go to; unlisted is unsafe',
    proof: {
      tests: {
        'packages/pool/src/call/safety.test.ts': ['of tools, %s'],
        'packages/pool/src/call/call.test.ts': ['asks the tool lists of all replicas whether a tool is safe, again when they change'],
        'packages/pool/src/mcp/tool-catalog.test.ts': ['does not believe a list that was fetched while the server went away'],
        'packages/pool/test/pool-repeats.test.ts': ['hints that replicas disagree about do not'],
      },
    },
  },
  {
    id: 'SAFE-3',
    source: 'DESIGN: safe is an allow-list',
    text: '`trustAnnotations: false` ignores hints',
    proof: { tests: { 'packages/pool/src/mcp/tool-catalog.test.ts': ['believes hints only where it is told to'] } },
  },
  {
    id: 'SAFE-4',
    source: 'DESIGN: safe is an allow-list',
    text: '`idempotent: true` is the caller’s word',
    proof: {
      tests: {
        'packages/pool/src/call/safety.test.ts': ['takes the word of the caller for a tool, either way'],
        'packages/pool/test/pool-repeats.test.ts': ['the word of the caller makes a call safe'],
      },
    },
  },
  {
    id: 'SAFE-5',
    source: 'DESIGN: safe is an allow-list',
    text: 'what carries `inputResponses` or `requestState`, and an attempt during which the server asked something, is never repeated',
    proof: {
      tests: {
        'packages/pool/src/call/safety.test.ts': ['never repeats what carries %s, whoever says what'],
        'packages/pool/src/call/call.test.ts': ['during which the server asked something is not repeated, however safe it is'],
      },
    },
  },
  {
    id: 'SAFE-6',
    source: 'DESIGN: safe is an allow-list',
    text: 'a hedge only where a retry after sent would be allowed',
    proof: {
      tests: {
        'packages/pool/src/call/hedging.test.ts': [
          'is never asked twice where it may not run twice, where there is nobody else, or once somebody was asked something',
        ],
      },
    },
  },
  {
    id: 'SAFE-8',
    source: 'DESIGN: how far did it get',
    text: 'what may have run is never taken for what did not: an error of a tool, a question that cannot be brought across, a replica that left, a caller that throws',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': [
          'is not repeated where the replica that may have run it did not say that it may, though that is out of use by now',
          'is not sent elsewhere for %s: it may have run',
          'that could not be brought back to its caller from the other era may have run, and the next goes to the own one at once',
          'whose server asks across the eras what nobody answers keeps the next in its own',
          'is over at once where nobody else could bring it back either',
          'fails with what went wrong where no time is left to repeat it: none has run out',
          'can be given up for any reason at all',
        ],
        'packages/pool/test/pool-repeats.test.ts': [
          'a tool that answers with -32601 has answered: the method was known',
          'a call whose caller throws at its notifications is answered all the same, once',
        ],
        'packages/pool/test/sdk-sessions.test.ts': [
          'that cannot be brought to a legacy client are an error that says so',
          'keep the next call of a %s client on replicas of its era',
        ],
        'packages/pool/src/fleet/fleet-sizing.test.ts': [
          'closes everybody, whatever ending a call comes to',
          'nobody is waited for, however many clients there should be',
        ],
      },
    },
  },
  {
    id: 'SAFE-9',
    source: 'DESIGN: ids',
    text: 'the answer to a question of a server goes to that question alone',
    proof: { tests: { 'packages/pool/src/call/call.test.ts': ['sends no answer to a question twice, nor to a server that does not wait for it any more'] } },
  },
  {
    id: 'SAFE-7',
    source: 'DESIGN: safe is an allow-list',
    text: 'no unsafe call is executed twice, counted outside of the servers before they answer',
    proof: {
      tests: {
        'packages/pool/test/chaos.test.ts': ['10,000 calls over three replicas that die, hang and lie: no safe call fails, no unsafe one runs twice (%s era)'],
        'packages/testbed/src/child.test.ts': [
          'has every execution counted, also when it is killed before it can answer',
          'does not answer before the execution is counted',
        ],
      },
    },
  },
  // ── Particular answers ─────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'ANSWER-1',
    source: 'DESIGN: particular answers',
    text: '401 renews the token once and repeats on the same endpoint, then `AUTH_FAILED`, never elsewhere',
    proof: {
      tests: {
        'packages/pool/test/pool-tokens.test.ts': [
          'are renewed once by a 401, and the call, be it unsafe, is repeated where it was refused',
          'that are refused again are AUTH_FAILED, and nobody else is tried',
        ],
        'packages/pool/src/call/call.test.ts': ['does not go elsewhere with bad credentials'],
      },
    },
  },
  {
    id: 'ANSWER-2',
    source: 'DESIGN: particular answers',
    text: '403 is an answer',
    proof: { tests: { 'packages/pool/test/pool-repeats.test.ts': ['403 is an answer about the request: no replica is asked again'] } },
  },
  {
    id: 'ANSWER-3',
    source: 'DESIGN: particular answers',
    text: '-32020 refreshes that replica’s tool list and repeats there',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': [
          'mirrors annotated arguments once it knows the tool, and asks again where it did not',
          'repeats once and no more',
        ],
        'packages/pool/test/pool-repeats.test.ts': ['-32020 refreshes the tool list of that replica, and the call is repeated there'],
      },
    },
  },
  {
    id: 'ANSWER-4',
    source: 'DESIGN: particular answers',
    text: '-32022 renegotiates the era and repeats',
    proof: {
      tests: {
        'packages/pool/test/http-odd-servers.test.ts': ['asks once more where %j is supported', 'connects anew where another server stands behind the address'],
        'packages/pool/src/mcp/channel/meet.test.ts': ['asks again with the version that the server names, and only once'],
      },
    },
  },
  {
    id: 'ANSWER-5',
    source: 'DESIGN: particular answers',
    text: 'a 400 on a request with a session may be a lost session: a ping is asked before it is believed',
    proof: { tests: { 'packages/pool/test/http-legacy.test.ts': ['believes a 400 once a ping was answered', 'legacy: a lost session, with HTTP %d'] } },
  },
  {
    id: 'ANSWER-6',
    source: 'DESIGN: particular answers',
    text: 'a 409 on the GET stream is not a lost session',
    proof: { tests: { 'packages/pool/test/http-legacy.test.ts': ['takes a 409 for no loss, and tries again'] } },
  },
  {
    id: 'ANSWER-7',
    source: 'DESIGN: particular answers',
    text: '-32601 may go to another replica that advertises the method',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['for a method that one replica does not know may go to another, and else has its answer'],
        'packages/pool/test/pool-repeats.test.ts': ['-32601 goes to another replica that has the method'],
      },
    },
  },
  {
    id: 'ANSWER-8',
    source: 'DESIGN: particular answers',
    text: 'a legacy POST stream that breaks after an event id is resumed on the same replica before it counts as sent',
    proof: {
      tests: {
        'packages/pool/test/http-legacy.test.ts': [
          'continues where the server broke off, and runs nothing twice',
          'counts as sent where there is nothing to continue from',
          'gives up after some tries that bring nothing, and the answer can be fetched by who knows the event',
        ],
      },
    },
  },
  {
    id: 'ANSWER-9',
    source: 'DESIGN: particular answers',
    text: 'a legacy attempt that is given up is cancelled with `notifications/cancelled`',
    proof: { tests: { 'packages/pool/test/http-legacy.test.ts': ['tells the server when a call is given up, for a broken stream does not'] } },
  },
  // ── Ids ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'IDS-1',
    source: 'DESIGN: ids',
    text: 'every attempt has a JSON-RPC id and progress token of its own, mapped back to the caller’s',
    proof: {
      tests: {
        'packages/pool/src/mcp/http/request-body.test.ts': ['is the request with the id of the attempt, for any params'],
        'packages/pool/test/http-modern.test.ts': ['maps progress to the caller’s token, and drops what nobody asked for'],
        'packages/pool/test/sdk-channel.test.ts': ['answers a caller of the %s era under its own id'],
      },
    },
  },
  {
    id: 'IDS-2',
    source: 'DESIGN: ids',
    text: 'so are those of requests of the server, their progress and cancellation',
    proof: {
      tests: {
        'packages/pool/src/mcp/sdk-transport.test.ts': [
          'is asked with an id and progress token of its own, and answers to the right server',
          'is told when a question is taken back, by the server or with its call',
        ],
      },
    },
  },
  {
    id: 'IDS-3',
    source: 'DESIGN: ids',
    text: 'resumption tokens carry their replica',
    proof: {
      tests: {
        'packages/pool/src/mcp/sdk-transport.test.ts': [
          'goes to the replica that issued the token',
          'is refused, not sent again, where the replica of %s is unknown',
        ],
        'packages/pool/test/sdk-sessions.test.ts': ['continues an answer at the replica that began it, from a token that the client kept'],
      },
    },
  },
  {
    id: 'IDS-4',
    source: 'DESIGN: ids',
    text: 'cursors, `requestState` and task ids carry their replica, and return to it while it is fit',
    proof: {
      tests: {
        'packages/pool/src/call/issued.test.ts': [
          '%s carries its replica, whatever it is, and comes back as it was',
          'an id of a task carries its replica, in whatever answer it stands',
          'is told apart for ten thousand replicas',
        ],
        'packages/pool/src/call/call.test.ts': ['brings a cursor back to the replica that issued it, and anywhere once that is gone'],
        'packages/pool/test/pool-repeats.test.ts': ['a cursor goes back to the replica that issued it'],
        'packages/pool/test/sdk-sessions.test.ts': ['come as results to a modern client, and the answer goes to the replica that asked'],
      },
    },
  },
  // ── What is a failure of the server? ───────────────────────────────────────────────────────────────────────────────
  {
    id: 'FAILURE-1',
    source: 'DESIGN: what is a failure of the server?',
    text: 'transport errors, timeouts, 5xx, malformed answers; not errors of JSON-RPC, `isError`, a caller’s cancel, 4xx about the request',
    proof: {
      tests: {
        'packages/pool/src/mcp/channel/channel.test.ts': ['blames the caller for what cannot be written as JSON'],
        'packages/pool/src/call/outcome.test.ts': [
          'blames the replica for %s',
          'does not blame the replica for %s',
          'takes HTTP %d as %s',
          'counts a result as good, a tool that failed included, and a JSON-RPC error as no evidence',
        ],
        'packages/pool/src/call/call.test.ts': ['does not blame the replica for a timeout that the caller chose'],
      },
    },
  },
  {
    id: 'FAILURE-2',
    source: 'DESIGN: what is a failure of the server?',
    text: 'any JSON-RPC answer to a health probe means alive',
    proof: { tests: { 'packages/pool/test/http-modern.test.ts': ['takes any JSON-RPC answer for alive, and hands reported metrics on', 'fails on %s'] } },
  },
  {
    id: 'FAILURE-3',
    source: 'DESIGN: what is a failure of the server?',
    text: 'the metrics of the `health` method and the header `endpoint-load-metrics` feed load',
    proof: {
      tests: {
        'packages/pool/src/mcp/http/load-report.test.ts': ['reads %s', 'takes nothing from %j'],
        'packages/pool/test/pool-clients.test.ts': ['feed what servers report of themselves into their load'],
        'packages/pool/src/fleet/fleet-health.test.ts': ['say when they were, how long they took, and what the server said of itself'],
      },
    },
  },
  // ── Retries in time ────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'RETRYTIME-1',
    source: 'DESIGN: retries in time',
    text: 'the first failover is immediate; then full jitter from `retryDelay` up to `maxRetryDelay`, also when the same replica is tried again',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['that was %s goes elsewhere at once, whatever it is', 'backs off before it tries the same replica again'],
        'packages/pool/src/backoff.test.ts': [
          'doubles the longest wait until it reaches the maximum',
          'is a length of time within its limits, after any number of waits',
        ],
      },
    },
  },
  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'TIME-1',
    source: 'DESIGN: time',
    text: 'time is monotonic: a pure room cannot reach a clock',
    proof: { tests: { 'test/guards.test.ts': ['catches %s (%s)'], 'packages/pool/src/timer-wheel.test.ts': ['fires on real time, not before'] } },
  },
  {
    id: 'TIME-2',
    source: 'DESIGN: time',
    text: '`requestTimeout` bounds one attempt, `callTimeout` or the call’s own `timeout` the whole call',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': [
          'whose attempt gets no answer is cancelled there, and repeated elsewhere where safe',
          'never outlives its deadline',
        ],
        'packages/pool/src/config/resolve-config.test.ts': ['follow the options that they depend on'],
      },
    },
  },
  {
    id: 'TIME-3',
    source: 'DESIGN: time',
    text: 'progress restarts the attempt’s clock when `resetTimeoutOnProgress` says so, never the call’s',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': ['lets progress restart the attempt, never the call'],
        'packages/pool/test/pool-repeats.test.ts': ['progress restarts the time of an attempt where that is asked for (%s), never that of the call'],
      },
    },
  },
]
