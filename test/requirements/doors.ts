import type { Requirement } from './requirement.js'

/** `pool.request`, `pool.transport()`, the typed verbs, and what must not come through them. */
export const doors: readonly Requirement[] = [
  // ── The doors ──────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'DOOR-1',
    source: 'Issue: pool.request',
    text: '`pool.request`: raw JSON-RPC in and out',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': ['are spread over the endpoints, can be asked for, and answer'],
        'packages/pool/src/call-arguments.test.ts': ['takes JSON-RPC requests', 'refuses %j by name'],
        'packages/pool/src/config/call-options.test.ts': [
          'refuses the wish %j by name',
          'takes at each door what that door knows',
          'takes a signal of any make',
        ],
        'packages/pool/test/pool-arguments.test.ts': [
          'rejects at every door, and leaves no call behind: %s',
          'headers reach the server at every door as %s',
          'in place of parameters rejects, and nothing is sent',
          'of transport throws',
          'of shutdown rejects, and the pool goes on',
        ],
        'packages/pool/test/pool-repeats.test.ts': ['a cursor goes back to the replica that issued it'],
      },
    },
  },
  {
    id: 'DOOR-2',
    source: 'Issue: pool.request',
    text: '`pool.transport()` for clients of SDK v2 and v1',
    proof: {
      tests: {
        'packages/pool/test/sdk-clients.test.ts': ['connects, and takes the fleet for one server', 'lists, calls and follows progress', 'gives a call up'],
        'packages/pool/test/sdk-fleets.test.ts': ['a client of %s'],
      },
      script: 'examples/src/run.ts',
    },
  },
  {
    id: 'DOOR-3',
    source: 'Issue: pool.request',
    text: 'the typed verbs, with types, checks and caches of the SDK',
    proof: {
      tests: {
        'packages/pool/src/mcp/verbs.test.ts': [
          'make %s one modern call of the engine, on no session, under the clock of the pool',
          'check structured content against the schema that the tool was listed with',
          'ask for lists again once a replica says that they changed',
        ],
      },
    },
  },
  {
    id: 'DOOR-4',
    source: 'Issue: pool.request',
    text: 'spread and pinned sessions',
    proof: {
      tests: {
        'packages/pool/test/sdk-sessions.test.ts': ['is its own, with its own parameters, and all its calls are made in it'],
        'packages/pool/test/pool-clients.test.ts': ['are one for each client, which calls are spread over'],
      },
    },
  },
  {
    id: 'DOOR-5',
    source: 'Issue: pool.request',
    text: 'session loss is answered on another replica',
    proof: {
      tests: {
        'packages/pool/test/sdk-sessions.test.ts': [
          'is opened again elsewhere when its replica is gone, with its log level and subscriptions, and the call goes on',
        ],
        'packages/pool/test/pool-repeats.test.ts': [
          'is opened again, and spread calls go on, unsafe ones once',
          'of a client of its own is opened again with its parameters, and its call runs once',
        ],
      },
    },
  },
  {
    id: 'DOOR-6',
    source: 'Issue: pool.request',
    text: 'ids, progress tokens and requests of the server are mapped',
    proof: {
      tests: {
        'packages/pool/src/mcp/http/request-body.test.ts': [
          'is the request with the id of the attempt, for any params',
          'keeps what the caller says of itself, and sets revision and progress token',
        ],
        'packages/pool/src/mcp/sdk-transport.test.ts': ['is asked with an id and progress token of its own, and answers to the right server'],
        'packages/pool/src/mcp/channel/channel.test.ts': ['sends one reply to a question, under the id of the server, and none once it was taken back'],
      },
    },
  },
  {
    id: 'DOOR-7',
    source: 'Issue: pool.request',
    text: 'notifications of every replica reach the pool’s `notification` event and a listening SDK client',
    proof: {
      tests: {
        'packages/pool/test/pool-clients.test.ts': ['tell the pool what every server says outside of calls'],
        'packages/pool/test/sdk-fleets.test.ts': ['hears of changes at every replica', 'follows a resource'],
        'packages/pool/test/sdk-clients.test.ts': ['reach a modern client through its listen stream, and a legacy one by themselves'],
      },
    },
  },
  // ── Bad input ──────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'INPUT-1',
    source: 'Issue: bad input',
    text: 'every option is checked at construction: unknown names with the nearest known one, wrong types and ranges',
    proof: {
      tests: {
        'packages/pool/src/config/resolve-config.test.ts': ['an unknown name', 'a number in a string', 'NaN', 'is told all at once'],
        'packages/pool/src/config/refusals.property.test.ts': [
          'answers anything with a config or with CONFIG',
          'takes any number in the range of an option and none beyond',
        ],
        'packages/pool/src/config/nearest.test.ts': ['%s means %s'],
      },
    },
  },
  {
    id: 'INPUT-2',
    source: 'Issue: bad input',
    text: '`minSize > maxSize`, no endpoints, a URL that is not http(s), duplicate endpoint ids, `auth` without credentials',
    proof: {
      tests: {
        'packages/pool/src/config/resolve-config.test.ts': [
          'minSize over maxSize',
          'no endpoints',
          'an empty list of endpoints',
          'a URL that is not of HTTP',
          'the same id twice',
          'auth without credentials',
        ],
      },
    },
  },
  {
    id: 'INPUT-3',
    source: 'Issue: bad input',
    text: 'servers that answer garbage, cut a stream, answer with someone else’s id, never answer: a `PoolError` with its code, the pool healthy',
    proof: {
      tests: {
        'packages/pool/test/bad-servers.test.ts': [
          'answers with no JSON',
          'answers with somebody else’s id',
          'never answers',
          'cuts its answer',
          'sends headers for ever',
        ],
        'packages/pool/test/http-odd-servers.test.ts': ['fails on %s', 'fails on a stream that ends without an answer'],
      },
    },
  },
  {
    id: 'INPUT-4',
    source: 'Issue: bad input',
    text: 'servers that send 4 GB: the call’s memory is bounded',
    proof: {
      tests: {
        'packages/pool/test/bad-servers.test.ts': [
          'sends gigabytes costs the pool no more than it allows',
          'sends one JSON text without end',
          'sends one event without end',
          'sends events without end',
        ],
        'packages/pool/test/http-odd-servers.test.ts': ['reads no error body without end'],
      },
    },
  },
  {
    id: 'INPUT-5',
    source: 'Issue: bad input',
    text: 'calls after shutdown, before start, twice started, twice shut down are defined',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': [
          'takes no calls before it is started and after it is shut down',
          'starts once, however often it is asked, and says so',
          'can be shut down before it was started',
        ],
        'packages/pool/src/fleet/fleet-sizing.test.ts': ['is one, however often it is asked for, and needs no start'],
      },
    },
  },
  {
    id: 'INPUT-6',
    source: 'Issue: bad input',
    text: 'no secret in any error, event, statistic or log',
    proof: {
      tests: {
        'packages/pool/test/pool.test.ts': [
          'shows no secret in errors, events, statistics or what is printed of it',
          'shows no secret of what it is connected to, at any depth: %s',
        ],
        'packages/pool/src/config/refusals.property.test.ts': ['shows no secret, wherever one was put and whatever else is wrong'],
        'packages/pool/src/auth/token-endpoint.test.ts': ['never shows the secret, in whatever form and wherever the server repeats it'],
        'packages/pool/test/stdio-transport.test.ts': ['that does not start does not show its arguments'],
        'packages/pool/test/sdk-channel.test.ts': ['keeps its secrets: neither its environment nor its arguments get into errors'],
      },
    },
  },
]
