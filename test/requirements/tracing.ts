import type { Requirement } from './requirement.js'

const spans = 'packages/pool/test/otel-spans.test.ts'
const propagation = 'packages/pool/test/otel-propagation.test.ts'
const harmless = 'packages/pool/test/otel-harmless.test.ts'
const watch = 'packages/pool/src/call/watch.test.ts'

/** Traces of calls, what servers are told of them, and who may watch. */
export const tracing: readonly Requirement[] = [
  {
    id: 'OTEL-1',
    source: 'Issue: what it shows, OpenTelemetry',
    text: 'a span per call with child spans per attempt, by the semantic conventions for MCP and RPC, in both eras and through every door',
    proof: {
      tests: {
        [spans]: [
          'is a span, with one below it for its attempt',
          'is traced through the typed verbs and under an SDK client as well',
          'to a child process goes through a pipe',
          'about a resource names it',
        ],
        'packages/pool/src/otel/client-attributes.test.ts': ['%s is reached over TCP', '%s is a child process'],
      },
    },
  },
  {
    id: 'OTEL-2',
    source: 'Issue: what it shows, OpenTelemetry',
    text: 'errors as the conventions have them: JSON-RPC codes, tool_error, and the codes of the pool',
    proof: {
      tests: {
        [spans]: [
          'that the server answers with an error is one, with its code',
          'of a tool that failed is a tool_error, and what the tool says of it is not told',
          'that fails says with which code, and how far it got',
          'that its caller gives up is over at once',
        ],
      },
    },
  },
  {
    id: 'OTEL-3',
    source: 'Issue: what it shows, OpenTelemetry',
    text: 'retries, hedges with winner and loser, time in the queue and progress are seen, and a queued call belongs to its caller',
    proof: {
      tests: {
        [spans]: [
          'that is repeated has a span for each attempt, and each is told its own',
          'that is hedged says who won and who was given up',
          'that waits in the queue belongs to its caller, and says how long it waited',
          'that reports progress has it as events of the attempt, without its words',
        ],
      },
    },
  },
  {
    id: 'OTEL-4',
    source: 'Issue: what it shows, OpenTelemetry; MCP 2026-07-28, basic/index#_meta; SEP-414',
    text: 'traceparent, tracestate and baggage of the attempt in _meta, in both eras; what the caller gave is its parent and is not modified; a call that is sampled out says so',
    proof: {
      tests: {
        [propagation]: [
          'goes the context of the attempt, with the baggage of the caller',
          'goes the context that the caller has put into the request, with this attempt as its child',
          'that the sampler left a call out is said, at every attempt, and nothing is recorded',
          'is left alone where it is no context',
          'is there where a call that the sampler left out is sent: %s',
          'is nothing where no SDK is registered: what the caller put there goes on as it is',
        ],
        'packages/pool/src/otel/w3c-propagator.test.ts': ['reads what it writes, for any span', 'reads the baggage that it writes, for any keys and values'],
        'packages/pool/src/mcp/http/request-body.test.ts': ['carries what is added in the place of the caller’s, whatever is there'],
      },
    },
  },
  {
    id: 'OTEL-5',
    source: 'Issue: what it shows, OpenTelemetry',
    text: 'an exporter or an observer that throws harms no call; no secret and no argument of a tool stands in a span',
    proof: {
      tests: {
        [harmless]: [
          'an exporter that throws',
          'an observer that sends nothing',
          'and a warning says so once',
          'no secret and no argument of a tool stands in a span',
        ],
        [watch]: ['an observer that throws changes nothing for anybody'],
      },
    },
  },
  {
    id: 'OTEL-6',
    source: 'Issue: what it shows, OpenTelemetry',
    text: 'through @opentelemetry/api alone, which who does not use it does not load',
    proof: { tests: { 'test/guards.test.ts': ['OpenTelemetry beside the rooms', 'OpenTelemetry in mcp/', 'an SDK of OpenTelemetry in otel/'] } },
  },
  {
    id: 'OTEL-8',
    source: 'Issue: what it shows, OpenTelemetry',
    text: "metrics through the API's meter: mcp.client.operation.duration with few attributes, and how many clients, requests and waiting calls there are",
    proof: {
      tests: {
        'packages/pool/test/otel-metrics.test.ts': [
          'there are durations, by method, tool, error and revision, as the conventions have them',
          'names that a caller makes up become few series',
          'a pool shows how many clients, requests and waiting calls it has, until it is shut down',
        ],
      },
    },
  },
  {
    id: 'OTEL-9',
    source: 'Issue: what it shows, OpenTelemetry',
    text: 'tested with one OTLP/HTTP receiver over servers of both eras',
    proof: {
      tests: {
        'packages/pool/test/otel-otlp.test.ts': [
          'what a collector gets over OTLP is what servers of both eras were told',
          'a collector that is away harms no call',
        ],
      },
    },
  },
  {
    id: 'OTEL-10',
    source: 'Issue: it must reach',
    text: 'with tracing on and sampled out a call costs at most 6% more CPU',
    proof: { bench: 'observe' },
  },
  {
    id: 'OTEL-7',
    source: 'Design: Observer',
    text: 'an observer hears when a call is made, waits, is sent, and what came of each attempt and of the call, each once',
    proof: {
      tests: {
        [watch]: [
          'that it began, where it was sent, and what came of it',
          'of every retry',
          'of a hedge, who won and who was given up',
          'that it waits for a place',
          'not of attempts, where it is enough that all of them carry the same',
          'every attempt ends once, and then its call',
          'an observer may do anything to the pool, at once',
        ],
      },
    },
  },
]
