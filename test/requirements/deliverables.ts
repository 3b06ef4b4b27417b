import type { Requirement } from './requirement.js'

/** What there is to run, to measure and to read. */
export const deliverables: readonly Requirement[] = [
  // ── The workspace ──────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'WORKSPACE-1',
    source: 'Issue: the workspace',
    text: 'pure rooms stay pure, rooms stay out of each other, there are no cycles; planted violations prove the guards',
    proof: {
      tests: {
        'test/guards.test.ts': [
          'finds nothing of the kind in the sources as they are',
          'catches %s (%s)',
          'passes the sources as they are',
          'knows no global of Node or the web in any pure room',
          'a cycle of types',
        ],
      },
    },
  },
  { id: 'WORKSPACE-2', source: 'Issue: the workspace', text: 'everything is checked from a clean checkout by one script', proof: { script: '.ci/run' } },
  {
    id: 'WORKSPACE-3',
    source: 'Issue: the workspace',
    text: 'what is published has sound metadata, types for ESM, reported public names, and nothing unused',
    proof: { script: 'scripts/check-packages' },
  },
  {
    id: 'WORKSPACE-4',
    source: 'Issue: the workspace',
    text: 'the README shows what runs, and links to files that exist; the table of options is made from the schema',
    proof: {
      tests: {
        'test/readme.test.ts': [
          'shows %s as it is run',
          'shows every example',
          'links to files that exist',
          'explains every error code, with no fenced code that nothing checks',
        ],
        'packages/pool/src/config/options-table.test.ts': ['of the docs is that of the schema'],
      },
    },
  },
  { id: 'WORKSPACE-5', source: 'Issue: the workspace', text: 'the releases of Node in the support matrix run the tests', proof: { script: 'scripts/matrix' } },
  // ── The demo and the command ───────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'DEMO-1',
    source: 'Issue: npm start',
    text: 'three real servers under a steady load, one killed and another paused every few seconds, of either era or both',
    proof: { tests: { 'packages/gateway/test/demo.test.ts': ['--era %s: kills and pauses are not noticed'] } },
  },
  {
    id: 'DEMO-2',
    source: 'Issue: npm start',
    text: 'a live table on a terminal, lines without one',
    proof: {
      tests: {
        'packages/gateway/src/status/status-table.test.ts': ['shows a line for every client, and what happened to it'],
        'packages/gateway/src/terminal/screen.test.ts': ['draws over its last drawing and gives the cursor back'],
        'packages/gateway/src/terminal/output.test.ts': ['has a width only on a terminal', 'takes a terminal that says it has no size for one of 80 x 24'],
      },
    },
  },
  {
    id: 'DEMO-3',
    source: 'Issue: npm start',
    text: 'it ends, also on a signal, with a summary, and exits 1 if a safe call failed or an unsafe one ran twice',
    proof: {
      tests: {
        'packages/gateway/test/demo.test.ts': [
          'ends with its summary when its time is over',
          'ends with its summary after SIGTERM, also while a server is paused',
        ],
        'packages/gateway/src/demo/summary.test.ts': ['is not content with %j and %d executed twice'],
        'packages/gateway/src/demo/ledger.test.ts': ['counts every key, and those that came more than once'],
      },
    },
  },
  {
    id: 'COMMAND-1',
    source: 'Issue: mcp-pool call',
    text: '`mcp-pool call` over one or several endpoints, with `--affinity` and `--json`',
    proof: {
      tests: {
        'packages/gateway/test/call.test.ts': ['prints the text of the result', 'prints the raw result as one document', 'does not mind one that is down'],
      },
    },
  },
  {
    id: 'COMMAND-2',
    source: 'Issue: mcp-pool call',
    text: '`mcp-pool tools`',
    proof: { tests: { 'packages/gateway/test/tools.test.ts': ['lists the tools of all pages with their hints', 'prints them as the server lists them'] } },
  },
  {
    id: 'COMMAND-3',
    source: 'Issue: mcp-pool call',
    text: '`--stdio` for local servers, which are gone afterwards',
    proof: { tests: { 'packages/gateway/test/call.test.ts': ['starts the server, calls it and leaves nothing behind'] } },
  },
  {
    id: 'COMMAND-4',
    source: 'Issue: mcp-pool call',
    text: 'results on stdout, messages on stderr; exit codes 0, 1 tool error, 2 usage, 3 unreachable, 4 authorization, 5 timeout, 130 interrupted',
    proof: {
      tests: {
        'packages/gateway/src/exit-code-of.test.ts': ['%s is %d'],
        'packages/gateway/src/ask.test.ts': ['says so where a server is there and %s', 'leaves a failure as it is %s'],
        'packages/gateway/test/call.test.ts': [
          'ends with 1 when the tool fails',
          'ends with 1 when the tool wants to ask somebody, for nobody is there',
          'ends with 3 when none can be reached, and says why for each',
          'ends with 5 when there is no answer in time',
          'ends after %s with %d, and cancels the call',
        ],
        'packages/gateway/test/authorization.test.ts': ['ends with 4 when the secret is wrong, and does not show it'],
        'packages/gateway/test/usage.test.ts': ['refuses what the pool refuses', 'says that the output cannot be written, and ends with 1'],
        'packages/gateway/src/terminal/output.test.ts': ['says why what was written is lost, and writes no more'],
      },
    },
  },
  // ── Speed and memory ───────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'SPEED-1',
    source: 'Issue: speed and memory',
    text: 'CPU of a call over bare undici; calls/s over the SDK’s own transport',
    proof: { bench: 'overhead' },
  },
  { id: 'SPEED-2', source: 'Issue: speed and memory', text: 'a pick costs at most 60 ns, flat to 10,000 clients', proof: { bench: 'pick' } },
  { id: 'SPEED-3', source: 'Issue: speed and memory', text: 'memory of idle clients, a million affinity keys, a million calls', proof: { bench: 'memory' } },
  { id: 'SPEED-4', source: 'Issue: speed and memory', text: 'start with 100 clients on 100 endpoints', proof: { bench: 'startup' } },
  // ── Real parts ─────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'REAL-1',
    source: 'Issue: real parts',
    text: 'servers of SDK v2, and of SDK v1 with sessions',
    proof: { tests: { 'packages/pool/test/sdk-fleets.test.ts': ['over a %s fleet'] } },
  },
  {
    id: 'REAL-2',
    source: 'Issue: real parts',
    text: '`server-everything` over stdio and HTTP',
    proof: { tests: { 'packages/pool/test/pool-servers.test.ts': ['serves lists, calls and resources over %s', 'stdio', 'Streamable HTTP'] } },
  },
  {
    id: 'REAL-3',
    source: 'Issue: real parts',
    text: '`oidc-provider` for tokens',
    proof: { tests: { 'packages/pool/test/auth.test.ts': ['are replaced once when a server refuses them', 'are revoked at the end'] } },
  },
  {
    id: 'REAL-4',
    source: 'Issue: real parts',
    text: 'the client scenarios of the conformance suite that need no authorization, for each revision that requires them',
    proof: { script: 'scripts/conformance' },
  },
  {
    id: 'REAL-5',
    source: 'Issue: real parts',
    text: 'a `pool.transport()` client of either era lists, calls, reads, follows progress, cancels and hears of changes over replicas of either era',
    proof: {
      tests: {
        'packages/pool/test/sdk-fleets.test.ts': [
          'lists, calls, reads and gets prompts',
          'follows progress',
          'cancels',
          'hears of changes at every replica',
          'follows a resource',
        ],
      },
    },
  },
  // ── Done when ──────────────────────────────────────────────────────────────────────────────────────────────────────
  { id: 'DONE-1', source: 'Issue: done when', text: 'the two README commands pass from a clean clone', proof: { script: '.ci/run' } },
  {
    id: 'DONE-2',
    source: 'Issue: done when',
    text: 'the seed’s tests run for both eras',
    proof: {
      tests: {
        'packages/pool/test/alone/seed.test.ts': ['the tests of the architecture document, %s era'],
        'packages/pool/test/alone/seed-suite.js': [
          'should create minimum connections on start',
          'should select least loaded client',
          'should handle client failures',
          'should maintain minimum pool size',
          'should respect affinity',
        ],
      },
    },
  },
  {
    id: 'DONE-3',
    source: 'Issue: done when',
    text: '10,000 mixed calls over three replicas that die, hang and lie end with 0 safe calls failed and 0 unsafe calls executed twice, and every replica in use again',
    proof: {
      tests: {
        'packages/pool/test/chaos.test.ts': ['10,000 calls over three replicas that die, hang and lie: no safe call fails, no unsafe one runs twice (%s era)'],
      },
    },
  },
  {
    id: 'DONE-4',
    source: 'Issue: done when',
    text: 'the README shows the library, the drop-in transport and the command, with examples that CI compiles and runs',
    proof: { tests: { 'test/readme.test.ts': ['shows %s as it is run', 'shows every example'] }, script: 'examples/src/run.ts' },
  },
]
