import type { Requirement } from './requirement.js'

/** Where servers are: sources, what is believed of them, and how the fleet follows. */
export const discovery: readonly Requirement[] = [
  {
    id: 'DISCOVERY-1',
    source: 'DESIGN: discovery',
    text: 'discovery that fails keeps the last good set',
    proof: { deferred: 'comes with the set that changes' },
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
]
