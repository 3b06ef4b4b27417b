import type { Requirement } from './requirement.js'

/** Registries: sources of endpoints that are asked over the network. */
export const registries: readonly Requirement[] = [
  // ── All of them ────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'REGISTRY-1',
    source: 'issue 4: discovery 3, what must not happen',
    text: 'a registry that fails is asked again with full jitter, half a minute apart at most; one whose contents never rest is asked once a second',
    proof: {
      tests: {
        'packages/pool/src/discovery/registry-watch.test.ts': [
          'backs off twice as long after each failure, up to 30 s, and tells of each',
          'begins its backoff anew after a turn that went well, or long',
          'asks a registry that always has news once a second',
          'asks a registry that fails at once no more often, whatever chance says',
        ],
        'packages/pool/src/discovery/turn-budget.test.ts': ['never lets more turns pass than ten and one a second, for any turns'],
      },
    },
  },
  {
    id: 'REGISTRY-2',
    source: 'ports: Resolver',
    text: 'a resolver tells nothing before watch returns and nothing after close, and close gives up what is under way',
    proof: {
      tests: {
        'packages/pool/src/discovery/registry-watch.test.ts': [
          'tells nothing before watch has returned',
          'gives up what is under way when it is closed, and tells nothing more',
          'is closed also while it rests, and before it began',
        ],
        'packages/pool/test/discovery-consul.test.ts': ['leaves no question open when the resolver is closed'],
        'packages/pool/test/discovery-dns.test.ts': ['is let go of when the resolver is closed in the middle of a question'],
        'packages/pool/test/discovery-etcd.test.ts': ['is let go of when the resolver is closed'],
        'packages/pool/test/discovery-kubernetes.test.ts': ['are let go of when the resolver is closed'],
      },
    },
  },
  {
    id: 'REGISTRY-3',
    source: 'issue 4: bad input',
    text: 'what a registry says of an instance never throws; what is too little is handed on for its reason to be shown, weights keep their proportion within the range of the pool',
    proof: {
      tests: {
        'packages/pool/src/discovery/consul/consul-instances.test.ts': [
          'is handed on, and not left out, where it says too little of itself',
          'never throws for what is in a list, and refuses what is none',
        ],
        'packages/pool/src/discovery/dns/dns-message.test.ts': ['never throws for any bytes, nor for any damage to a good one'],
        'packages/pool/src/discovery/proportional.test.ts': ['stays in range, and in order, for any weights of 16 bits'],
        'packages/pool/src/discovery/instance-url.test.ts': ['makes no URL of the port %s'],
      },
    },
  },
  {
    id: 'REGISTRY-4',
    source: 'issue 4: discovery 3, 4',
    text: 'wrong options of a registry are refused by name, and no secret in them is shown',
    proof: { tests: { 'packages/pool/src/config/registries.test.ts': ['refuses %s'] } },
  },

  {
    id: 'REGISTRY-5',
    source: 'issue 4: discovery 3 to 6, what must not happen',
    text: 'a pool finds real servers in each registry, uses what is added within 100 ms of being told, lets go of what is gone, and loses nothing in an outage',
    proof: {
      tests: {
        'packages/pool/test/discovery-registries.test.ts': ['follows it: what is added is used, what is gone is let go of, and an outage takes nothing away'],
      },
      bench: 'discovery',
    },
  },

  // ── Consul ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'CONSUL-1',
    source: 'issue 4: discovery 3',
    text: 'blocking queries as documented: index, its reset and its floor of 1, wait with jitter; a return is no proof of change',
    proof: {
      tests: {
        'packages/pool/src/discovery/consul/consul-index.test.ts': ['an index that %s'],
        'packages/pool/test/discovery-consul.test.ts': [
          'are found at once, and again as soon as they change',
          'that returns for want of a change is no change, and is asked again with the same index',
          'starts anew when the index goes backwards',
          'blocks on index 1 where the server says %s',
          'is asked once a second where its index never rests',
          'that is answered by %s is given up after its wait and some slack',
        ],
      },
    },
  },
  {
    id: 'CONSUL-2',
    source: 'issue 4: discovery 3',
    text: 'tag, datacenter, near, onlyPassing, ACL token; health and weights of instances, their zone, scheme and path',
    proof: {
      tests: {
        'packages/pool/test/discovery-consul.test.ts': ['are asked for with what the options say, and the token in its header alone'],
        'packages/pool/src/discovery/consul/consul-instances.test.ts': [
          'is at its own address, or at that of its node',
          'is reached by the scheme and path of the options, or of its meta',
          'cannot talk the pool out of TLS',
          'stands in the zone that %s names',
          'weighs what its state of health says',
          'takes no calls while a check is critical or unknown, in maintenance, or where its weight is 0',
        ],
      },
    },
  },
  {
    id: 'CONSUL-3',
    source: 'issue 4: discovery 3',
    text: 'stale reads, which are not believed of a server that has lost its leader',
    proof: {
      tests: {
        'packages/pool/test/discovery-consul.test.ts': [
          'are what is asked for, unless the options say no',
          'of a server that %s count only where nothing else is known',
          'that are old news do not replace what is known',
        ],
      },
    },
  },
  {
    id: 'CONSUL-4',
    source: 'issue 4: discovery 3',
    text: '500s, cut connections, garbage, redirects and refused tokens are told of without the token, and Consul is asked again; hidden instances are no empty service',
    proof: {
      tests: {
        'packages/pool/test/discovery-consul.test.ts': [
          'that %s is told of, and asked again for what there is',
          'that is away is waited for',
          'that does not know the token is told of without showing the token',
          'that repeats the token in its answer does not get it into a message',
          'that hides the instances from the token is no empty service',
        ],
      },
    },
  },

  // ── DNS ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'DNS-1',
    source: 'issue 4: discovery 4',
    text: 'SRV with priority and weight, A and AAAA, from a real DNS server, over TCP where they do not fit',
    proof: {
      tests: {
        'packages/pool/test/discovery-dns.test.ts': [
          'are each an endpoint, and are asked for again',
          'of IPv6 count where there are none of IPv4',
          'of the lowest priority are found, with their ports and weights',
          'of the next priority are for when the first has no addresses',
          'that do not fit into a datagram come over TCP',
        ],
        'packages/pool/src/discovery/dns/dns-records.test.ts': ['come in the order of their priority, with the weight that they have', 'of which %s'],
      },
    },
  },
  {
    id: 'DNS-2',
    source: 'issue 4: discovery 4',
    text: 'the time to live is honoured, between five seconds and five minutes, of negative answers too',
    proof: {
      tests: {
        'packages/pool/test/discovery-dns.test.ts': ['is honoured', 'is five seconds at least', 'is five minutes at most'],
        'packages/pool/src/discovery/dns/dns-records.test.ts': ['of a negative answer is what its SOA says'],
      },
    },
  },
  {
    id: 'DNS-3',
    source: 'issue 4: discovery 4',
    text: 'that there is no such name is an answer; a failure is none, and the next server is asked; what is not the reply to the question is passed over',
    proof: {
      tests: {
        'packages/pool/test/discovery-dns.test.ts': [
          'are none where the name does not exist, or has no addresses: that is an answer',
          'are what they were while the server refuses, is silent or is away, which is told of',
          'that %s is passed over for the next',
          'is asked twice before it counts as away',
          'without servers of its own it asks those of the system',
        ],
        'packages/pool/src/discovery/dns/dns-message.test.ts': ['that %s is none', 'has an id that the last one does not tell'],
      },
    },
  },

  // ── etcd ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'ETCD-1',
    source: 'issue 4: discovery 5',
    text: 'keys of a prefix are endpoints, watched from the revision at which they were read; leases that run out remove them',
    proof: {
      tests: {
        'packages/pool/test/discovery-etcd.test.ts': [
          'are endpoints: those that are there, and each change at once',
          'go when their lease runs out, or is revoked',
          'are read page by page, all of one revision',
        ],
        'packages/pool/src/discovery/etcd/etcd-keys.test.ts': ['holds exactly the keys that begin with the prefix'],
        'packages/pool/src/discovery/etcd/etcd-entry.test.ts': ['is %s', 'at %s has the id %s'],
      },
    },
  },
  {
    id: 'ETCD-2',
    source: 'issue 4: discovery 5',
    text: 'compaction, restart, loss of data, loss of the leader, silence: the watch goes on where it was, or everything is read anew',
    proof: {
      tests: {
        'packages/pool/test/discovery-etcd.test.ts': [
          'goes on where it was when etcd is restarted: nothing is missed, and nothing read twice',
          'whose revision was compacted away begins anew',
          'begins anew where the data was lost',
          'that is silent is opened again, and misses nothing',
          'a sign of life of etcd tells how far the watch has come: the next one begins there',
          'are asked one after the other when they are away, and one that answers is enough',
          'without a leader are told of, and keep what there was until they have one',
          'answers %s, and is told of',
        ],
      },
    },
  },
  {
    id: 'ETCD-3',
    source: 'issue 4: discovery 5',
    text: 'users and their tokens, which appear nowhere; a value names a server, and neither a program nor where secrets go',
    proof: {
      tests: {
        'packages/pool/test/discovery-etcd.test.ts': [
          'are asked for their password once, and again when their token has run out',
          'with %s are refused, without showing the password',
        ],
        'packages/pool/src/discovery/etcd/etcd-entry.test.ts': [
          'may not start a program, name an authorization server, or bring headers and certificates',
          'that is broken JSON is handed on, and nothing of it shown',
          'never throws, for any key and value',
        ],
      },
    },
  },

  // ── Kubernetes ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    id: 'KUBERNETES-1',
    source: 'issue 4: discovery 6',
    text: 'EndpointSlices of a Service are listed page by page and watched, with bookmarks, and listed again after a 410 by status or in the stream',
    proof: {
      tests: {
        'packages/pool/test/discovery-kubernetes.test.ts': [
          'are listed, and watched from the version of the list',
          'are listed page by page',
          'are listed from the beginning where the server has forgotten the pages',
          'are watched again from where the watch ended, which is no error',
          'are watched from the version of the last bookmark',
          'are listed again where their version is 410 Gone, by %s',
        ],
      },
    },
  },
  {
    id: 'KUBERNETES-2',
    source: 'issue 4: discovery 6',
    text: 'several slices and both families are one set of pods; ready, serving and terminating; ports by name or number; zones and their hints',
    proof: {
      tests: {
        'packages/pool/src/discovery/kubernetes/endpoint-slices.test.ts': [
          'are pods by name, at their first address',
          'that are %s',
          'have the port that is known by %s',
          'are reached by TLS where the port says so, whatever the options say',
          'count once where a pod is in two slices, or has addresses of both families',
          'take calls as soon as one slice says that they are ready',
          'stand in the zone %s',
          'are handed on, and not left out, where they have no address',
          'never throws, whatever is in a slice',
        ],
      },
    },
  },
  {
    id: 'KUBERNETES-3',
    source: 'issue 4: discovery 6',
    text: 'the in-cluster service account: its token as it is replaced, its authority; neither goes to another server',
    proof: {
      tests: {
        'packages/pool/test/discovery-kubernetes.test.ts': [
          'the service account says where the API is, whom to trust, and who asks',
          'a token that was replaced in its file is taken from there',
          'a token that is refused is told of, and not shown',
          'an API server with another certificate is not talked to',
          'the account does not go to another API server that the options name',
          'what is missing is said',
        ],
      },
    },
  },
  {
    id: 'KUBERNETES-4',
    source: 'issue 4: discovery 6',
    text: 'errors, cuts, garbage and silence of the API server are told of; the last set counts, and the watch goes on where it was',
    proof: {
      tests: {
        'packages/pool/test/discovery-kubernetes.test.ts': [
          'that %s is told of, and asked again',
          'that cuts a watch is told of, and watched again from where it was',
          'that keeps a watch beyond its time without a word is taken for dead',
          'that sends garbage in a watch is told of, and keeps what there was',
        ],
      },
    },
  },
]
