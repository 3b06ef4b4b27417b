import type { Requirement } from './requirement.js'

/** Decisions about the protocol: eras, the transport of the SDK, sessions, tokens. */
export const protocol: readonly Requirement[] = [
  // ── Eras ───────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'ERA-1',
    source: 'DESIGN: eras',
    text: 'the transport answers `initialize` or `server/discover` itself, with the union of capabilities and one constant identity',
    proof: {
      tests: {
        'packages/pool/src/mcp/sdk-transport.test.ts': [
          'is answered for the fleet to a modern client: one identity, the union of capabilities, no session',
          'is answered to a legacy client with the revision that it asked for, and names its session',
        ],
        'packages/pool/src/mcp/handshake.test.ts': ['has whatever any replica has', 'does not depend on the order of replicas, and adds nothing'],
      },
    },
  },
  {
    id: 'ERA-2',
    source: 'DESIGN: eras',
    text: 'requests go to replicas that have the capability; if nobody is left the error says why',
    proof: {
      tests: {
        'packages/pool/src/mcp/serves.test.ts': ['%s with %j: %s', 'goes by the list of tools once there is one'],
        'packages/pool/src/balance/balancer.test.ts': ['picks somebody who may serve it, whenever there is one, for any fleet, query and algorithm'],
        'packages/pool/src/call/call.test.ts': ['with nobody there waits for somebody who may return, and else fails at once'],
      },
    },
  },
  {
    id: 'ERA-3',
    source: 'DESIGN: eras',
    text: '`pool.request` without a protocol version in `_meta` is taken in the shape of 2025-11-25',
    proof: {
      tests: {
        'packages/pool/src/mcp/translate.test.ts': ['knows the era of a request that came without a client by its envelope'],
        'packages/pool/test/pool-clients.test.ts': ['answer a raw request in the shape in which it was asked'],
      },
    },
  },
  // ── The SDK’s Transport ────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'SDK-1',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: '`send` resolves when the message is accepted, and rejects where nobody got it',
    proof: {
      tests: {
        'packages/pool/src/mcp/sdk-transport.test.ts': [
          'resolves when a replica has the request, and not before',
          'rejects with the PoolError where nobody got the request, whether at once or later',
        ],
      },
    },
  },
  {
    id: 'SDK-2',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: '`onclose` only at close, once; `sessionId` after the handshake; `finishAuth` and `terminateSession`',
    proof: {
      tests: {
        'packages/pool/src/mcp/sdk-transport.test.ts': [
          'closes once: calls are given up, servers that asked get an error, the session ends',
          'is answered to a legacy client with the revision that it asked for, and names its session',
          'hands the way back from the authorization server on',
          'loses its session when it says so, and gets another with the next call',
          'closes with the pool',
        ],
        'packages/pool/test/sdk-sessions.test.ts': ['clients hear that the pool was shut down, once their calls have an end: %s'],
      },
    },
  },
  {
    id: 'SDK-3',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: 'a lost upstream stream is listened to again; the client’s own ends only when it is finally lost',
    proof: {
      tests: {
        'packages/pool/src/mcp/channel/own-listen.test.ts': [
          'is patient with one that ends each stream as soon as it has agreed to it, and soon back after one that lasted',
          'tells who subscribes when the server has agreed, or why not, and does not ask for that again',
          'listens again without what was refused where that ended the only stream',
        ],
        'packages/pool/src/mcp/subscriptions.test.ts': [
          'is not told so again and again by a replica that ends each stream as soon as it has agreed to it',
          'has its streams opened again when they are lost, later and later, and is told that it may have missed something',
          'loses its stream for good only when all that it listens to is refused',
        ],
      },
    },
  },
  {
    id: 'SDK-4',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: 'the signal of a request is honoured, as is a cancel by notification',
    proof: {
      tests: {
        'packages/pool/src/mcp/sdk-transport.test.ts': [
          'by the signal of the request does the same',
          'by notification ends the call with that id, and no other',
        ],
      },
    },
  },
  {
    id: 'SDK-5',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: 'JSON-RPC errors inside 400 and 404 bodies are answers',
    proof: { tests: { 'packages/pool/test/http-modern.test.ts': ['hands a JSON-RPC error on as an answer, whatever the status'] } },
  },
  {
    id: 'SDK-6',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: 'failures of the handshake arrive as the SDK’s own error classes',
    proof: { tests: { 'packages/pool/src/mcp/sdk-transport.test.ts': ['fails with a class of the SDK after %s'] } },
  },
  {
    id: 'SDK-7',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: 'per-call options travel in a private `_meta` key that the transport strips',
    proof: {
      tests: {
        'packages/pool/src/mcp/sdk-transport.test.ts': ['come from the transport, and one by one from the call, and never reach a server'],
        'packages/pool/test/sdk-clients.test.ts': ['takes the options of a call, and sends none of them'],
      },
    },
  },
  {
    id: 'SDK-8',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: 'the caller’s own timeout rules: no `callTimeout`, and `requestTimeout` only where another attempt is safe',
    proof: {
      tests: { 'packages/pool/src/call/call.test.ts': ['of a caller with a clock of its own has no deadline, and an attempt ends only where another is safe'] },
    },
  },
  {
    id: 'SDK-9',
    source: 'DESIGN: the SDK’s Transport, in full',
    text: 'listen streams are outside of deadlines, load and age',
    proof: { tests: { 'packages/pool/src/call/call.test.ts': ['that is a stream is outside of deadlines and load'] } },
  },
  // ── Sessions ───────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'SESSION-1',
    source: 'DESIGN: sessions',
    text: 'a pinned session has its client’s own `initialize` parameters and is shared with nobody',
    proof: {
      tests: {
        'packages/pool/test/http-legacy.test.ts': [
          'is opened with the caller’s own parameters where its first attempt starts',
          'hears what the server says outside of calls, and is the only one asked',
        ],
        'packages/pool/test/sdk-sessions.test.ts': ['is its own, with its own parameters, and all its calls are made in it'],
        'packages/pool/test/sdk-channel.test.ts': ['is a child of its own, with its own initialize, and asks its own client'],
      },
    },
  },
  {
    id: 'SESSION-2',
    source: 'DESIGN: sessions',
    text: 'a pinned session that is lost is opened again on any fit replica, log level and subscriptions restored, the call repeated by the table',
    proof: {
      tests: {
        'packages/pool/src/mcp/session.test.ts': ['restores the log level and the subscriptions that were accepted'],
        'packages/pool/test/sdk-sessions.test.ts': [
          'is opened again elsewhere when its replica is gone, with its log level and subscriptions, and the call goes on',
        ],
        'packages/pool/test/pool-repeats.test.ts': ['of a client of its own is opened again with its parameters, and its call runs once'],
        'packages/pool/test/sdk-channel.test.ts': ['is opened again after its child died, as it was'],
      },
    },
  },
  {
    id: 'SESSION-3',
    source: 'DESIGN: sessions',
    text: 'spread: a session per pooled client',
    proof: { tests: { 'packages/pool/test/pool-clients.test.ts': ['are one for each client, which calls are spread over'] } },
  },
  {
    id: 'SESSION-4',
    source: 'DESIGN: sessions',
    text: 'spread: only the allow-list and `tools/call` are spread, everything else uses one home session',
    proof: {
      tests: {
        'packages/pool/src/call/call.test.ts': [
          'all go to the home of the spread sessions, and to another once that is gone',
          'go to a modern replica, which has no sessions, as well',
        ],
        'packages/pool/test/pool-clients.test.ts': ['serve what cannot be spread from one of them, the same every time'],
      },
    },
  },
  {
    id: 'SESSION-5',
    source: 'DESIGN: sessions',
    text: 'spread: the log level goes to all sessions, also later ones',
    proof: {
      tests: {
        'packages/pool/test/pool-clients.test.ts': [
          'all have the log level that was set, those that come later too',
          'have the log level that was set again when they are opened again',
          'leave the level of a modern replica to the requests of legacy callers',
        ],
        'packages/pool/src/mcp/spread-memory.test.ts': ['is told to those whom no call reached, and only to those'],
        'packages/pool/test/http-odd-servers.test.ts': ['are as many as a modern caller asks for, while legacy ones hear no more than they set'],
      },
    },
  },
  {
    id: 'SESSION-6',
    source: 'DESIGN: sessions',
    text: 'questions of a server are accepted on a call’s own stream, or the home session’s; what asks nobody and costs nothing in all',
    proof: {
      tests: {
        'packages/pool/src/server-requests.test.ts': ['answers %s outside of calls in the home session'],
        'packages/pool/test/pool-clients.test.ts': ['answers what a server asks outside of any call in one session of the pool, and not in each of them'],
        'packages/pool/test/http-legacy.test.ts': [
          'maps progress, and brings the server’s questions to the caller and back',
          'answers questions also while every socket waits for such an answer',
        ],
        'packages/pool/test/sdk-sessions.test.ts': ['reach the client in its own session, and go back to the server'],
      },
    },
  },
  {
    id: 'SESSION-7',
    source: 'DESIGN: sessions',
    text: 'list changes are coalesced, and lists are kept per replica',
    proof: {
      tests: {
        'packages/pool/src/mcp/coalescer.test.ts': ['never holds a change for longer than a window, never says one twice as often, and forgets when idle'],
        'packages/pool/src/mcp/subscriptions.test.ts': [
          'hears once of a change that every replica reports, under the id of each of its subscriptions, and of nothing else',
        ],
        'packages/pool/src/mcp/tool-catalog.test.ts': ['tells of changes, and not of lists that say the same'],
      },
    },
  },
  {
    id: 'SESSION-9',
    source: 'DESIGN: sessions',
    text: 'what a client of the pool remembers of replicas that are gone is bounded, and no connection of theirs',
    proof: {
      tests: {
        'packages/pool/src/mcp/last-connections.test.ts': [
          'forgets those that are gone when there are too many',
          'keeps no connection of a replica that is gone',
        ],
        'packages/pool/src/mcp/subscriptions.test.ts': ['has the last thousand remembered of those that went, and no more'],
      },
    },
  },
  {
    id: 'SESSION-8',
    source: 'DESIGN: sessions',
    text: 'an answer goes to the question that it was given to: into the session in which that was asked, and only while somebody waits for it',
    proof: {
      tests: {
        'packages/pool/src/mcp/http/legacy-session.test.ts': [
          'does not go into another session, where the same id is another question',
          'of the stream of the server does neither',
          'is not sent once the request that it was asked in is over, for the server asks again under the same id',
        ],
      },
    },
  },
  // ── Lists of tools ─────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'CATALOG-1',
    source: 'DESIGN: safe is an allow-list',
    text: 'tools are listed again, ever later, while that fails or the server goes on saying that they have changed, whatever the transport',
    proof: {
      tests: {
        'packages/pool/src/mcp/fetch-pace.test.ts': [
          'lets the first begin at once, and others ever later while they keep coming',
          'leaves a second between any two, and never more than a minute',
        ],
        'packages/pool/src/mcp/catalog-feed.test.ts': [
          'asks again, ever later, until the server lists its tools',
          'asks at once when the tools have changed, and ever later where they always have',
        ],
        'packages/pool/src/mcp/channel/connection.test.ts': ['asks for the tools again where the server was not ready to list them'],
      },
    },
  },
  {
    id: 'CATALOG-2',
    source: 'DESIGN: safe is an allow-list',
    text: 'a list of tools that has no end is kept and followed only so far; what is beyond is unknown, and not refused',
    proof: {
      tests: {
        'packages/pool/src/mcp/tool-catalog.test.ts': ['keeps only so much of a list that has no end, and does not say no to the rest'],
        'packages/pool/src/mcp/catalog-feed.test.ts': ['follows a list that has no end for a minute, and takes it as it is'],
      },
    },
  },
  {
    id: 'CATALOG-3',
    source: 'DESIGN: eras',
    text: 'lists of tools say where a tool is, and not that there is none: what no replica lists is the server’s to refuse',
    proof: {
      tests: {
        'packages/pool/src/mcp/tool-directory.test.ts': [
          'leaves an endpoint out that lacks a tool only where another one lists it',
          'holds exactly what somebody lists, whatever the lists become',
        ],
        'packages/pool/test/pool-servers.test.ts': [
          'calls a tool that only the session of the SDK client has, and leaves it to the server to refuse one that nobody has',
        ],
      },
    },
  },
  // ── Tokens ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'TOKEN-1',
    source: 'DESIGN: tokens',
    text: 'one token per authorization server, client and resource; replicas may declare a common one; a plain `auth` string is shared by all with the same one',
    proof: {
      tests: {
        'packages/pool/src/auth/token-cache.test.ts': ['has one token for all connections that ask for the same', 'has another one for %o'],
        'packages/pool/src/config/resolve-config.test.ts': [
          'with a plain auth string ask for a token without a resource, and with an object for one of their own',
        ],
        'packages/pool/test/auth.test.ts': ['are bound to the resource that was declared'],
        'packages/pool/test/pool-tokens.test.ts': ['are shared by replicas that declare one resource'],
      },
    },
  },
  {
    id: 'TOKEN-2',
    source: 'DESIGN: tokens',
    text: 'HTTP Basic client authentication; the path `/oauth/token`; revocation from the metadata, else `/oauth/revoke`, where a 404 is no error',
    proof: {
      tests: {
        'packages/pool/src/auth/token-endpoint.test.ts': [
          'names the client by HTTP Basic, and the resource and scope in the form',
          'goes where %s says',
          'at a server that has none is no error',
        ],
      },
    },
  },
  {
    id: 'TOKEN-3',
    source: 'DESIGN: tokens',
    text: 'plain `http:` to an authorization server only on loopback',
    proof: {
      tests: {
        'packages/pool/src/config/urls.test.ts': ['may be %s', 'may not be %s'],
        'packages/pool/src/auth/token-endpoint.test.ts': ['is not made to %s'],
      },
    },
  },
  {
    id: 'TOKEN-4',
    source: 'DESIGN: decisions, particular answers',
    text: '403 is an answer, and for want of scope a step-up: once, with the union of the scopes',
    proof: {
      tests: {
        'packages/pool/src/auth/client-credentials.test.ts': [
          'is replaced by one with the union of what there was and what is needed, asked for once, which then serves all',
          'stays in use where the authorization server does not give more, which is asked once',
        ],
        'packages/pool/src/auth/provider.test.ts': ['asks for what there was and what is needed where a scope is lacking'],
        'packages/pool/test/auth.test.ts': ['are asked for with the scope that a server wants besides'],
        'packages/pool/test/http-odd-servers.test.ts': [
          'repeats the call once with the token that has it',
          'is an answer where the new token has it neither',
          'is an answer where no other token is to be had',
        ],
      },
    },
  },
  {
    id: 'TOKEN-5',
    source: 'DESIGN: endpoint options',
    text: 'an endpoint’s `tls`, `proxy` and `dispatcher` are the way of its token requests too; secrets never go to a dispatcher that is bound to the endpoint',
    proof: {
      tests: {
        'packages/pool/test/auth.test.ts': [
          'its dispatcher',
          'but not one that sends everything to the endpoint, secrets included',
          'its proxy',
          'its certificates, and not the name of its host',
        ],
      },
    },
  },
]
