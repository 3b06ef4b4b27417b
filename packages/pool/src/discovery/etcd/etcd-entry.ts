import { shape } from '../json-shape.js'

/**
 * What a value may say of an endpoint. Whoever may write a key names a server, and no more than that: not a program to start, not the
 * authorization server to which the pool would send its secret, not a certificate to trust.
 */
const ALLOWED: ReadonlySet<string> = new Set(['url', 'id', 'weight', 'zone', 'tags', 'transport', 'protocolVersion'])

/** An endpoint's options, from one key. What cannot be used is handed on under a name that whoever checks it refuses, and shows. */
export function etcdEndpoint(key: string, value: string): object {
  const id = key.split('/').findLast((part) => part !== '')
  const parsed = parse(value.trim())
  const given = typeof parsed === 'string' ? { url: parsed } : shape(parsed)
  const members = Object.entries(given).map(([name, member]) => [ALLOWED.has(name) ? name : `${name} in etcd`, member])
  return { ...(id === undefined ? {} : { id }), ...Object.fromEntries(members) }
}

/** JSON, or else the text itself. Of an object that is broken nothing is shown: it may hold anything. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.startsWith('{') ? { url: 'broken JSON' } : text
  }
}
