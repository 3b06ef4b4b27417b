import type { Requirement } from './requirement.js'

/** Where servers are: sources, what is believed of them, and how the fleet follows. */
export const discovery: readonly Requirement[] = [
  {
    id: 'DISCOVERY-1',
    source: 'DESIGN: discovery',
    text: 'discovery that fails keeps the last good set; an empty answer of a healthy source is honoured only after it is confirmed, and so is the loss of most of the set',
    proof: {
      tests: {
        'packages/pool/src/discovery/belief.test.ts': [
          'takes nothing away, however long it does',
          'begins its loss of most anew when it is back',
          'is believed when it stood for half a minute: %s',
          'is nothing where the source contradicts itself in time',
        ],
        'packages/pool/test/discovery-pool.test.ts': [
          'does not lose its servers by an outage or an empty answer',
          'keeps what it has while the file is broken, and says the line',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-2',
    source: 'issue 4: discovery 1',
    text: 'serviceDiscovery takes a type and its options, or any Resolver; endpoints may be left out where there is one, and what found endpoints lack comes from endpointDefaults',
    proof: {
      tests: {
        'packages/pool/src/config/discovery.test.ts': [
          'stands for endpoints, or besides them',
          'may be a Resolver of any make',
          'refuses %s',
          'are what an endpoint has that does not say otherwise, listed or named later',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-3',
    source: 'issue 4: discovery 2',
    text: 'a file lists the endpoints, in YAML or JSON; it is watched, and followed through atomic replacement by rename and by links',
    proof: {
      tests: {
        'packages/pool/src/discovery/file/endpoint-list.test.ts': ['reads %s', 'reads %s as no endpoints, as whoever wrote it means it'],
        'packages/pool/test/discovery-file.test.ts': [
          'is read, and again whenever it is written',
          'is followed when another is renamed to its name, again and again',
          'is followed through the links of a Kubernetes ConfigMap',
          'may vanish for a moment',
          'may be in a directory that comes later, and is another one then',
          'is not read while it is written in parts',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-4',
    source: 'issue 4: discovery 2, what must not happen',
    text: 'a file that is missing, truncated or broken is an error that names the line and quotes nothing, and no empty set',
    proof: {
      tests: {
        'packages/pool/src/discovery/file/endpoint-list.test.ts': ['refuses %s, quoting nothing'],
        'packages/pool/test/discovery-file.test.ts': [
          'is an error while it is missing, told once, and read when it is there',
          'that is truncated or broken is an error, and not a set without endpoints',
          'that is a directory is an error',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-5',
    source: 'issue 4: discovery 1',
    text: 'endpoints appear, and have clients at once within the sizes; they change weight, tags and zone without a new connection, and others with one; they go, drained and not cut',
    proof: {
      tests: {
        'packages/pool/src/fleet/fleet-endpoints.test.ts': [
          'has a client as soon as one can be connected, where the number follows the endpoints',
          'gets its share of those that are there: %s',
          'that cannot be connected costs nobody else a client, and is tried until it can',
          'gets no new calls, finishes those it has, and is closed',
          'leaves nobody where it was the last, and is used again when it is back, in the same place',
          'has its new weight, tags and zone with the same clients',
          'with %s is connected anew before the old client goes, which finishes its calls',
          'moves a quarter of the clients at a time where there is no room for more',
        ],
        'packages/pool/src/fleet/fleet-endpoints-model.test.ts': [
          'follows any sequence of sets within its sizes, cuts no call, and uses nobody who is gone (minSize %s)',
        ],
        'packages/pool/test/discovery-pool.test.ts': [
          'follows it: servers that are added are used, those that are gone finish their calls',
          'uses what it finds, and says what it left out',
          'connects what moves to another URL there, with its calls',
          'has listed endpoints too, always',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-6',
    source: 'issue 4: what must not happen',
    text: 'a registry that flaps, a hundred changes a second, does not make the pool churn: what is back within a moment is not drained, and what flaps is waited for longer',
    proof: {
      tests: {
        'packages/pool/src/discovery/belief.test.ts': [
          'is not dropped where it is back within that',
          'has to be missing twice as long each time that it came back, up to a minute, until it stayed for ten',
          'drops nobody who was in any answer of the last second, and in the end all who are in none',
          'lets a source that changes a hundred times a second, without end, drain each endpoint about once',
        ],
        'packages/pool/src/discovery/discovery.test.ts': ['that flap a hundred times a second change nothing once all was seen'],
      },
    },
  },
  {
    id: 'DISCOVERY-7',
    source: 'issue 4: bad input',
    text: 'entries that are garbage, with impossible URLs or ports, of one id, with negative weights or control characters are left out with a reason that the statistics show, and the good ones are used',
    proof: {
      tests: {
        'packages/pool/src/config/discovery.test.ts': ['an endpoint is refused where it could not be shown or connected to: %o'],
        'packages/pool/src/discovery/entries.test.ts': [
          'is left out with a reason that names it and shows no secret, and the others are used',
          'is counted where there are many, with the reasons of the first ten',
          'the first counts, and the next when that is gone',
          'agrees with reading every answer anew, whatever its order, repetitions and mistakes',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-8',
    source: 'issue 4: discovery 1',
    text: 'start waits for the first answer, for connectionTimeout at most; it rejects with the cause where there is no endpoint, and does with those that are listed',
    proof: {
      tests: {
        'packages/pool/test/discovery-pool.test.ts': [
          'waits for the first answer',
          'rejects where the source %s, and may be called again',
          'does with what is listed where the source fails',
          'ends when the pool is shut down',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-9',
    source: 'issue 4: what it shows 4',
    text: 'what changes is told, typed, and an outage once; the statistics say how old the last answer is, why there is none, and what was left out',
    proof: {
      tests: {
        'packages/pool/src/discovery/discovery.test.ts': [
          'are told as differences, to the fleet first',
          'is told of once, until it answers again; its age grows, and its reason stays',
          'without an endpoint take it away after a second, with the statistics of it',
        ],
      },
    },
  },
  {
    id: 'DISCOVERY-10',
    source: 'issue 4: it must reach',
    text: 'a change reaches the picks within 100 ms of the notification; of 10,000 endpoints a change of one costs under 2 ms and creates no client that is not needed',
    proof: {
      tests: {
        'packages/pool/src/discovery/discovery.test.ts': ['reach the fleet at once, and within 50 ms where they come faster'],
        'packages/pool/src/fleet/fleet-endpoints.test.ts': [
          'a set of many is changed without a client that is not needed, and a set that changes after shutdown is nobody’s',
        ],
      },
      bench: 'discovery',
    },
  },
  {
    id: 'DISCOVERY-11',
    source: 'issue 4: discovery 2',
    text: 'README shows how servers are found, and docs/discovery.md what is believed when',
    proof: { tests: { 'test/readme.test.ts': ['shows every example', 'links to files that exist'] }, script: 'examples/src/discovery.ts' },
  },
]
