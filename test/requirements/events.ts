import type { Requirement } from './requirement.js'

/** What a pool tells of by itself, and how it is read. */
export const events: readonly Requirement[] = [
  {
    id: 'EVENT-1',
    source: 'Issue: what it shows, typed events',
    text: "typed events for everything that changes: one union, the seed's names kept",
    proof: {
      tests: {
        'packages/pool/test/names.test.ts': ['events of the pool'],
        'packages/pool/src/pool-emitter.test.ts': [
          'types them by their names',
          'tells every event to who listens to all of them, in order, until that is ended',
        ],
      },
    },
  },
  {
    id: 'EVENT-2',
    source: 'Design, public names',
    text: 'no event throws for want of a listener, and a listener that throws harms nobody',
    proof: { tests: { 'packages/pool/src/pool-emitter.test.ts': ['is harmed by no listener that throws'] } },
  },
  {
    id: 'EVENT-3',
    source: 'Issue: what it shows, typed events',
    text: 'a cause comes before its effects, and listeners see a pool that already is what they are told',
    proof: {
      tests: {
        'packages/pool/src/announcements.test.ts': [
          'tells of an attempt before what it led to',
          'keeps that order where an attempt ends in the middle of another, and tells of all in the end',
        ],
        'packages/pool/test/pool-events.test.ts': [
          'the failed call before the breaker that it opens, which is open by then',
          'an error that is reported before the breaker that it opens',
          'the failed call before the ejection of its client',
        ],
      },
    },
  },
  {
    id: 'EVENT-4',
    source: 'Issue: what it shows, typed events',
    text: 'sessions lost and opened again, of the pool and of callers',
    proof: {
      tests: {
        'packages/pool/test/pool-events.test.ts': [
          'of the pool is told of when its server forgot it, and when it is open again',
          'of a caller is told of too, and not when the caller ends it or the pool shuts down',
        ],
        'packages/pool/test/http-legacy.test.ts': ['legacy: a session that the list of tools finds lost is told of, and is no error of the server'],
        'packages/pool/src/mcp/session.test.ts': ['tells of its loss and of its return, wherever that is, and of nothing that its owner wanted'],
      },
    },
  },
  {
    id: 'EVENT-5',
    source: 'Issue: what it shows, typed events',
    text: 'tokens that came and did not come, never the token',
    proof: {
      tests: {
        'packages/pool/test/pool-events.test.ts': ['are told of by their authorization server, and why there is none'],
        'packages/pool/src/auth/client-credentials.test.ts': ['is told of when it came, and why it did not, and never what it is'],
        'packages/pool/src/auth/provider.test.ts': ['is told of with the server that it was asked for, without what a query may hold'],
      },
    },
  },
  {
    id: 'EVENT-6',
    source: 'Issue: what it shows, typed events',
    text: 'what befalls calls in numbers is two events, when it begins and when it is over: overload, an exhausted retry budget, panic',
    proof: {
      tests: {
        'packages/pool/src/call/spell.test.ts': ['has as many ends as beginnings, and none while it goes on, for any times'],
        'packages/pool/src/call-path-places.test.ts': ['is sent away without a word for each: an overload begins, and is over five seconds after the last'],
        'packages/pool/src/call/call.test.ts': ['that is spent is told of once, and again when no repeat was refused for five seconds'],
        'packages/pool/src/health/ejections.test.ts': ['tells of a panic when it begins and when it is over, after the client who was one too many'],
      },
    },
  },
  {
    id: 'EVENT-7',
    source: 'Issue: what it shows, typed events',
    text: "draining, an endpoint's era and tools, and the balancing algorithm",
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-sizing.test.ts': ['gives the client no new calls, lets it finish those it has, and replaces it meanwhile'],
        'packages/pool/src/fleet/fleet-health.test.ts': ['is told of once, when the first of its clients is connected again'],
        'packages/pool/src/mcp/tool-catalog.test.ts': ['tells how a list that was known changed, and of the first one nothing'],
        'packages/pool/test/pool-events.test.ts': ['the algorithm, when it becomes another one', 'the tools of a server, by name'],
      },
    },
  },
  // ── The log ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'LOG-1',
    source: 'Issue: what it shows, log adapter',
    text: 'a pino-compatible adapter: one line per change, structured fields, levels by severity',
    proof: {
      tests: {
        'packages/pool/src/observe/log/log-to.test.ts': [
          'has a line for each event, by its severity, with its fields and a sentence',
          'is taken by pino as it is',
          'is taken by the console as well',
        ],
        'packages/pool/src/observe/log/severity.test.ts': ['explains every event', 'says which events are logged as %s'],
      },
      script: 'examples/src/log.ts',
    },
  },
  {
    id: 'LOG-2',
    source: 'Issue: what it shows, log adapter',
    text: 'rate-limited when the same thing repeats: the first at once, then a count per window, in bounded memory',
    proof: {
      tests: {
        'packages/pool/src/observe/log/repeats.test.ts': [
          'tells of every one exactly once, alone or counted, and of one kind never twice within a window',
          'remembers a thousand kinds at most, and tells of the oldest before it forgets it',
        ],
        'packages/pool/src/observe/log/log-to.test.ts': [
          'counts what comes again, of each client by itself',
          'ends when it is told to, with what was not told of yet',
          'ends with the pool, whose shutdown is its last line',
        ],
      },
    },
  },
  {
    id: 'LOG-3',
    source: 'Issue: what it shows, log adapter',
    text: 'no secret in a line, nor a line that a server wrote; a logger that fails harms nobody',
    proof: {
      tests: {
        'packages/pool/src/observe/log/log-to.test.ts': [
          'has of an error what can be read, and neither its cause nor its stack',
          'lets no server write lines of its own, or long ones, or what it says by itself',
          'goes on when its logger fails, now or when it is told of repetitions',
        ],
        'packages/pool/src/system-timers.test.ts': ['keeps the process alive while an alarm is set: %s'],
      },
    },
  },
  // ── mcp-pool top ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'TOP-1',
    source: 'Issue: what it shows, mcp-pool top',
    text: 'the live table of npm start for any running pool that serves its statistics, resizable, with keys to sort, filter, pause and quit',
    proof: {
      tests: {
        'packages/gateway/test/top.test.ts': ['is a live table on a screen of its own, with keys, until q gives the terminal back'],
        'packages/gateway/src/top/top-state.test.ts': [
          'sort by another column in its own order, and the same one the other way round',
          'take a filter, whatever its letters do otherwise, and forget it',
          'leave a column and an offset that exist, whatever is pressed',
        ],
        'packages/gateway/src/top/top-page.test.ts': [
          'is the pool, its clients, what happened, and the keys',
          'never has more lines than the terminal, nor wider ones',
        ],
        'packages/gateway/src/status/status-table.test.ts': [
          'loses nobody, and is the same however the rows came, for any column',
          'shows a line for every client, and what happened to it',
        ],
        'packages/gateway/src/terminal/keyboard.test.ts': ['hears keys one by one, and those that have no character by their names'],
      },
    },
  },
  {
    id: 'TOP-2',
    source: 'Issue: what it shows, mcp-pool top',
    text: 'the terminal is as it was afterwards, also after signals, crashes and a URL that is wrong',
    proof: {
      tests: {
        'packages/gateway/test/top.test.ts': [
          'gives the terminal back on Ctrl-C, and exits as it should',
          'leaves the terminal as it was where the first look fails',
        ],
        'packages/gateway/src/terminal/full-screen.test.ts': ['gives the old one back on %s, before anything is printed'],
        'packages/gateway/src/terminal/keyboard.test.ts': ['gives the terminal back as it was, and hears nothing more'],
      },
    },
  },
  {
    id: 'TOP-3',
    source: 'Issue: what it shows, mcp-pool top',
    text: 'plain lines without a terminal, one look, JSON, headers for authorization',
    proof: {
      tests: {
        'packages/gateway/test/top.test.ts': [
          '--once prints one block, sent with the headers that were given',
          'prints a block for each look, with what happened in between, until it is interrupted',
          '--json prints the statistics as they are, a line for each look, harmless for a terminal',
          'ends when nobody reads any more',
        ],
      },
    },
  },
  {
    id: 'TOP-4',
    source: 'Issue: what it shows, mcp-pool top',
    text: 'what is wrong with the URL in a sentence, with the exit codes of the command; a pool that goes away is waited for',
    proof: {
      tests: {
        'packages/gateway/test/top.test.ts': [
          'says in a sentence that it got %s, and exits with %d',
          'says that nobody is there, and that nobody answers in time',
          'connects to a port that browsers do not',
          'goes on when a later look fails, says so once, and shows what comes after',
        ],
        'packages/gateway/src/status/read-snapshot.test.ts': ['does without what is missing, and takes nothing for a number that is none'],
      },
    },
  },
  {
    id: 'TOP-5',
    source: 'Issue: what it shows, mcp-pool top',
    text: 'rates and what just happened from differences, also where counters begin anew',
    proof: {
      tests: {
        'packages/gateway/src/status/rates.test.ts': [
          'is what was added, a second, in all and for each client, a new one from nothing',
          'is not known at first, nor when another pool answers, and never negative',
        ],
        'packages/gateway/src/status/changes.test.ts': ['sees who came and went, and what became of whom', 'compares no two pools'],
      },
    },
  },
  {
    id: 'TOP-6',
    source: 'Issue: what it shows, mcp-pool top',
    text: 'nothing from the server that a terminal would obey',
    proof: {
      tests: {
        'packages/gateway/test/top.test.ts': ['shows nothing that a terminal would obey, whatever the server says'],
        'packages/gateway/src/status/read-snapshot.test.ts': ['fails for nothing, and lets no control character through'],
      },
    },
  },
]
