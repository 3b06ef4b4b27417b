/**
 * How a wrong value is shown in a message. Messages end up in logs, so what may hold a secret is described and never quoted: values
 * of options marked as secret, and of any URL its user, password and query.
 */

const LONGEST = 60

export function shown(value: unknown, secret: boolean): string {
  switch (typeof value) {
    case 'number':
    case 'boolean':
      return secret ? `a ${typeof value}` : String(value)
    case 'bigint':
      return 'a bigint'
    case 'undefined':
      return 'undefined'
    case 'string':
      if (value === '') return 'an empty string'
      return secret ? 'a string' : quoted(value)
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    default:
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object'
  }
}

/** In quotes, on one line, shortened, and without the secret parts of a URL. */
export function quoted(text: string): string {
  const safe = withoutSecretParts(text)
  return JSON.stringify(safe.length > LONGEST ? `${safe.slice(0, LONGEST - 1)}…` : safe)
}

/** A path in the options reads like the code that sets it: `headers.accept`, `env["MY KEY"]`. */
export function member(path: string, name: string): string {
  if (/^[A-Za-z_$][\w$-]{0,40}$/.test(name)) return path === '' ? name : `${path}.${name}`
  return `${path}[${quoted(name)}]`
}

/** The URL without user, password, query and fragment: what people are shown of it. */
export function label(url: string): string {
  const end = url.search(/[?#]/)
  return (end < 0 ? url : url.slice(0, end)).replace(/^([^/\\@]*[/\\]{2})?[^/\\]*@/, '$1')
}

/** As `label`, for text that need not be a URL: too much is cut rather than too little. */
function withoutSecretParts(text: string): string {
  const at = text.lastIndexOf('@')
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:[/\\]{2}/.exec(text)?.[0] ?? ''
  const start = at < 0 ? text : `${scheme}…${text.slice(at)}`
  const query = start.search(/[?#]/)
  return query < 0 ? start : `${start.slice(0, query + 1)}…`
}
