import type { Requirement } from './requirement.js'

/** Clients that are out for what their calls came to, and how they come back. */
export const ejection: readonly Requirement[] = [
  // ── Outlier ejection ───────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'EJECTION-1',
    source: 'Issue: resilience, outlier ejection',
    text: 'works with three replicas and ten calls a minute',
    proof: {
      tests: {
        'packages/pool/src/health/ejections-simulation.test.ts': [
          'finds one of %i that fails everything within five minutes, and nobody else',
          'finds two of five that fail everything within ten minutes, and nobody else',
          'finds one of three that fails three calls in ten within half an hour',
          'finds one of four that %s within %i s',
        ],
      },
    },
  },
  {
    id: 'EJECTION-2',
    source: 'Issue: resilience, outlier ejection',
    text: 'latency outliers against the other replicas, per tool',
    proof: {
      tests: {
        'packages/pool/src/health/ejections-simulation.test.ts': ['finds one of three that is forty times as slow within twenty minutes'],
        'packages/pool/src/health/ejections.test.ts': ['takes one out that is thirty times as slow as the others, and not one that is five times as slow'],
      },
    },
  },
  {
    id: 'EJECTION-3',
    source: 'Issue: resilience, outlier ejection',
    text: 'the age of the oldest unanswered request: black holes, before anything times out; not while the server waits for the client',
    proof: {
      tests: {
        'packages/pool/src/health/ejections.test.ts': [
          'takes a black hole out before anything times out, and has it back as soon as it answers',
          'does not take a server for dead that waits for its client',
        ],
        'packages/pool/src/health/ejections-simulation.test.ts': ['finds one of %i that answers nothing within five minutes, and nobody else'],
        'packages/pool/src/health/evidence/kind-evidence.test.ts': [
          'is never surer that a call hangs than by one in as many as were answered, and the surer the older it is',
        ],
      },
    },
  },
  {
    id: 'EJECTION-4',
    source: 'Issue: resilience, outlier ejection',
    text: 'nobody is ejected for what all suffer, or for a tool that fails everywhere',
    proof: {
      tests: {
        'packages/pool/src/health/ejections-simulation.test.ts': [
          'in 1,500 client-hours at ten calls a minute, where %d of the calls fail everywhere',
          'where all fail, all are slow or all hang, from one moment on',
          'whose calls take 10 ms or 20 s',
        ],
        'packages/pool/src/health/ejections.test.ts': [
          'ejects nobody where a tool fails everywhere, also when it is asked for at one client only',
          'ejects nobody where all are slow at once, or all are silent',
        ],
      },
    },
  },
  {
    id: 'EJECTION-5',
    source: 'Issue: resilience, outlier ejection',
    text: 'growing times with jitter',
    proof: {
      tests: {
        'packages/pool/src/health/ejection.test.ts': [
          'lasts twice as long each time, up to the longest',
          'is shorter by up to a fifth, by chance, and never longer',
          'forgets, one doubling in ten base times, while it is in',
        ],
        'packages/pool/test/resilience-ejection.test.ts': ['returns by trial calls once it is well, and stays out longer while it is not'],
      },
    },
  },
  {
    id: 'EJECTION-6',
    source: 'Issue: resilience, properties',
    text: 'ejected <= max(1, share of n), the only one never',
    proof: {
      tests: {
        'packages/pool/src/health/ejections.test.ts': ['keeps to its bounds, whatever happens', 'never ejects the only one, nor anybody where nobody may be'],
      },
    },
  },
  {
    id: 'EJECTION-7',
    source: 'Issue: resilience, properties',
    text: 'what is held against a client ends with idle time',
    proof: {
      tests: {
        'packages/pool/src/health/ejections.test.ts': [
          'adds failures to those that come %i ms later: %j',
          'adds failures to a silence that comes %i ms later: %j',
        ],
      },
    },
  },
  {
    id: 'EJECTION-8',
    source: 'DESIGN: public names',
    text: '`client:ejected` and `client:returned`, the status `ejected`, why and until when',
    proof: {
      tests: {
        'packages/pool/test/pool-ejection.test.ts': ['is out for a while, for no caller to notice, and comes back when its calls go well'],
        'packages/pool/src/fleet/fleet-ejection.test.ts': [
          'is not healthy, and can still be given a trial',
          'is the state that listeners see when they are told',
        ],
        'packages/pool/test/resilience-ejection.test.ts': ['one that fails fast is ejected, gets no call while it is out, and its probes do not bring it back'],
      },
    },
  },
  {
    id: 'EJECTION-9',
    source: 'DESIGN: ejection and return',
    text: 'where nobody compares (`maxEjectionPercent: 0`), failures in a row make a client unhealthy',
    proof: { tests: { 'packages/pool/test/pool-ejection.test.ts': ['is unhealthy after unhealthyThreshold calls where nobody is ejected'] } },
  },
  // ── Return, and panic ──────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'RETURN-4',
    source: 'Issue: resilience, outlier ejection',
    text: 'slow start for those that return or are new',
    proof: {
      tests: {
        'packages/pool/src/call-path-clients.test.ts': ['one that returns from ejection gets, with a slowStartTime of %d ms, %d … %d of the next 30 calls'],
        'packages/pool/src/balance/load.test.ts': [
          "lets one that returned have as much of the others' work as it is ready for, from a tenth up",
          'makes no difference where all are new at once',
          'is over when its time has passed, though nobody asked for it',
        ],
        'packages/pool/src/fleet/fleet-health.test.ts': ['are forgotten by the load of a client that is fit again, which starts slowly, as one that is new'],
      },
    },
  },
  {
    id: 'RETURN-5',
    source: 'DESIGN: ejection and return',
    text: 'a user puts a client out, and back, by hand',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-ejection.test.ts': [
          'puts a client back that is ejected, and lets whoever ejected it see that it is another',
          'keeps a client out for good: without trials, and in a panic too',
        ],
        'packages/pool/test/pool-ejection.test.ts': ['is put back by hand, and then given calls'],
      },
    },
  },
  {
    id: 'PANIC-1',
    source: 'DESIGN: panic',
    text: 'with more than `panicThreshold` ejected they are used; never the disconnected, draining or those whose breakers are open',
    proof: {
      tests: {
        'packages/pool/src/health/ejections.test.ts': [
          'uses the ejected in a panic, and never those whose breakers are open',
          'keeps to its bounds, whatever happens',
        ],
      },
    },
  },
  {
    id: 'PANIC-2',
    source: 'DESIGN: public names',
    text: '`isHealthy` and `getHealthyClients` tell the truth also in a panic',
    proof: {
      tests: {
        'packages/pool/test/resilience-clients.test.ts': [
          'a client that is ejected is given calls, and neither isHealthy nor getHealthyClients say that it is well',
        ],
      },
    },
  },
]
