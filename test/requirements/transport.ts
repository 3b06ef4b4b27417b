import type { Requirement } from './requirement.js'

/** Streamable HTTP of both eras, HTTP+SSE and stdio. */
export const transport: readonly Requirement[] = [
  {
    id: 'TRANSPORT-1',
    source: 'Issue: the transport',
    text: 'Streamable HTTP for both eras, JSON and SSE answers',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['carries id, envelope and headers as the specification wants them', 'modern: a call, with JSON answers: %s'],
        'packages/pool/test/http-legacy.test.ts': ['spreads calls over one session, with ids of their own', 'legacy: calls, with JSON answers: %s'],
        'packages/pool/src/mcp/http/sse-parser.test.ts': ['gives the same events for any chunking of any stream as the standard does for the whole'],
      },
    },
  },
  {
    id: 'TRANSPORT-2',
    source: 'Issue: the transport',
    text: 'on undici, without fetch and web streams on a call’s way: what a call costs shows it',
    proof: {
      tests: {
        'packages/pool/src/mcp/http/arrivals.test.ts': ['reads what came in one turn together, in the order in which it came'],
        'packages/pool/test/http-arrivals.test.ts': ['counts, though the connection is closed in the same turn'],
      },
      bench: 'overhead',
    },
  },
  {
    id: 'TRANSPORT-3',
    source: 'Issue: the transport',
    text: 'notifications and progress during a call',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['maps progress to the caller’s token, and drops what nobody asked for'],
        'packages/pool/test/http-legacy.test.ts': ['maps progress, and brings the server’s questions to the caller and back'],
        'packages/pool/test/sdk-channel.test.ts': ['follows progress with the token of the caller'],
      },
    },
  },
  {
    id: 'TRANSPORT-4',
    source: 'Issue: the transport',
    text: 'cancellation, in the way of each era and transport',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['ends the stream when a call is given up, which the server takes for a cancel'],
        'packages/pool/test/http-legacy.test.ts': ['tells the server when a call is given up, for a broken stream does not'],
        'packages/pool/test/http-arrivals.test.ts': ['is not told to a call that was given up in the same turn of the event loop'],
        'packages/pool/test/sdk-channel.test.ts': ['is told when a call is given up'],
        'packages/pool/src/mcp/http/cancellations.test.ts': [
          'are told a few at a time, and all of them to a server that takes them',
          'are told no more to a server that does not take one, until there are new ones',
          'do not pile up without bound',
        ],
        'packages/pool/src/mcp/http/legacy-session.test.ts': ['opens no flood of sockets for cancellations when many calls run out of time at once'],
      },
    },
  },
  {
    id: 'TRANSPORT-5',
    source: 'Issue: the transport',
    text: 'the standard request headers, with the specified encoding of values',
    proof: {
      tests: {
        'packages/pool/src/mcp/http/header-value.test.ts': [
          'encodes %j as the specification does',
          'is safe in a header and means the same after decoding, for any value',
        ],
        'packages/pool/src/mcp/http/request-headers.test.ts': ['names method and name of %j'],
      },
      script: 'scripts/conformance',
    },
  },
  {
    id: 'TRANSPORT-6',
    source: 'Issue: the transport',
    text: '`x-mcp-header` parameters',
    proof: {
      tests: {
        'packages/pool/src/mcp/http/header-annotations.test.ts': ['finds annotations at any depth that properties lead to', 'converts and encodes values'],
        'packages/pool/test/http-odd-servers.test.ts': ['leaves tools with invalid annotations out of a list, and says why'],
      },
      script: 'scripts/conformance',
    },
  },
  {
    id: 'TRANSPORT-7',
    source: 'Issue: the transport',
    text: '`subscriptions/listen`, opened again when its stream is lost',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': [
          'delivers a caller’s own stream under the caller’s id',
          'listens again when the stream is lost, and looks what it missed',
          'has one stream for an endpoint, and another connection takes over',
          'modern: a stream that cannot be written as JSON is not held',
        ],
        'packages/pool/src/mcp/http/upstream-listen.test.ts': [
          'is told of as refused, and takes no other one and no list with it',
          'is listened without also where the stream was lost meanwhile',
          'is found among others that were asked for at the same time, one by one',
          'is opened ever later',
          'is opened soon again once it has lasted',
        ],
      },
    },
  },
  {
    id: 'TRANSPORT-8',
    source: 'Issue: the transport',
    text: 'the legacy GET and POST streams, with `Last-Event-ID` resumption and the server’s `retry`',
    proof: {
      tests: {
        'packages/pool/test/http-legacy.test.ts': [
          'comes back to the stream after what it had',
          'continues where the server broke off, and runs nothing twice',
          'continues also when the socket broke',
          'takes 405 for an answer',
        ],
        'packages/pool/src/mcp/http/sse-parser.test.ts': ['takes no notice of an id that no header carries: it %s'],
        'packages/pool/src/mcp/http/server-stream.test.ts': [
          'is taken as it is',
          'is at least a moment, or the stream would be asked for on every tick',
          'is five minutes at most, or nothing would be heard for a day',
          'is asked for again after HTTP %d, later and later, from the beginning, and told of once',
          'is none where the server has none: HTTP %d',
          'renews its token once each time',
        ],
        'packages/pool/src/mcp/http/resumption.test.ts': [
          'tries at once, then ever later, and not for ever',
          'takes the event that it had last for nothing new',
          'goes on as long as each try brings something, and not as fast as it can',
          'never comes back before the server said so, nor later than anybody waits',
        ],
      },
      script: 'scripts/conformance',
    },
  },
  {
    id: 'TRANSPORT-9',
    source: 'Issue: the transport',
    text: 'session id, and DELETE at close',
    proof: {
      tests: {
        'packages/pool/test/http-legacy.test.ts': ['ends its session when it is closed', 'ends on the server when it is closed, or moves'],
        'packages/pool/test/sdk-sessions.test.ts': ['is ended at the server when the client closes'],
        'packages/pool/src/mcp/http/legacy-session.test.ts': [
          'is opened anew for a call that comes while others are told that it could not be',
          'ends at the server, also after a call that could not be written',
          'ends at the server as soon as it is known there, when it was closed meanwhile',
          'ends at the server once, when it was closed with its handshake nearly over',
          'is not left behind at a server that %s, for every try would leave one more',
        ],
      },
    },
  },
  {
    id: 'TRANSPORT-10',
    source: 'Issue: the transport',
    text: 'redirects are not followed across origins',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['follows within the origin, with method and body', 'does not follow to %s', 'does not follow in circles'],
        'packages/pool/test/bad-servers.test.ts': ['redirects within its origin is followed', 'redirects to another origin'],
        'packages/pool/test/sdk-sse.test.ts': ['takes the token to no other origin'],
      },
    },
  },
  {
    id: 'TRANSPORT-11',
    source: 'Issue: the transport',
    text: 'limits on the size of headers, messages and streams',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['refuses headers that are too large', 'gives up on an answer without end: %s'],
        'packages/pool/src/mcp/http/sse-parser.test.ts': ['gives up on %s, once, and keeps nothing'],
        'packages/pool/src/mcp/http/chunks.test.ts': [
          'are the message again when they are joined, whatever their sizes',
          'of a few bytes are not kept once there are many, for each takes more than its bytes',
          'are not copied before they are joined while they are few, or large',
        ],
        'packages/pool/test/sdk-channel.test.ts': ['breaks the connection with a message over the limit'],
      },
    },
  },
  {
    id: 'TRANSPORT-12',
    source: 'Issue: the transport',
    text: 'the era is found by `server/discover`, and remembered per endpoint with an expiry',
    proof: {
      tests: {
        'packages/pool/test/http-modern.test.ts': ['finds the era, and what the server says of itself'],
        'packages/pool/test/http-legacy.test.ts': ['finds the era, makes the handshake, and remembers'],
        'packages/pool/src/mcp/era-memory.test.ts': ['remembers an era until its time is over, and forgets it when told'],
        'packages/pool/src/mcp/era-probe.test.ts': ['takes %s for legacy', 'reads no era from %s'],
      },
    },
  },
  {
    id: 'TRANSPORT-13',
    source: 'Issue: the transport',
    text: 'mixed fleets work: requests, results, progress, cancellation and list changes are translated between the eras',
    proof: {
      tests: {
        'packages/pool/src/mcp/translate.test.ts': [
          'a legacy request for a modern replica',
          'a modern request for a legacy replica',
          'changes nothing of what it is given',
        ],
        'packages/pool/test/sdk-fleets.test.ts': ['lists, calls, reads and gets prompts', 'follows progress', 'cancels', 'hears of changes at every replica'],
        'packages/pool/test/http-legacy.test.ts': ['serves callers of the modern era'],
      },
    },
  },
  {
    id: 'TRANSPORT-14',
    source: 'Issue: the transport',
    text: 'what needs a question across the eras narrows the pick, and the error says why',
    proof: {
      tests: {
        'packages/pool/src/mcp/translate.test.ts': ['of %s %j from a %s client is %s', 'that asks for input %j is an error that says what for'],
        'packages/pool/test/sdk-sessions.test.ts': ['that cannot be brought to a legacy client are an error that says so'],
      },
    },
  },
  {
    id: 'TRANSPORT-15',
    source: 'Issue: the transport',
    text: 'HTTP+SSE of 2024-11-05',
    proof: {
      tests: {
        'packages/pool/test/sdk-sessions.test.ts': ['takes a server of HTTP+SSE into the fleet'],
        'packages/pool/test/pool-servers.test.ts': ['HTTP+SSE', 'HTTP+SSE, where nothing says so'],
        'packages/pool/test/sdk-channel.test.ts': ['loses the connection with its stream'],
      },
    },
  },
  {
    id: 'TRANSPORT-16',
    source: 'Issue: the transport',
    text: 'stdio: a child that dies is restarted with backoff, and never leaked',
    proof: {
      tests: {
        'packages/pool/test/pool-servers.test.ts': ['that die are started again, and none is left when the pool shuts down (SDK v%d)'],
        'packages/pool/test/sdk-channel.test.ts': [
          'is not left behind: closing ends the child, and those of its sessions',
          'is not left behind when nobody waits for it any more',
        ],
        'packages/pool/src/mcp/channel/outbox.test.ts': [
          'fails all that wait when the child is gone, the one that was being written too, and what comes later',
        ],
        'packages/pool/test/stdio-transport.test.ts': ['that dies while its pipe is full fails all who wait for it, and nothing piles up on the pipe'],
        'packages/pool/src/mcp/channel/reaper.test.ts': ['kills what is left when this process exits, and nothing that was let go'],
        'packages/pool/src/fleet/recovery.test.ts': ['tries at once, then with a growing backoff, for ever'],
      },
    },
  },
]
