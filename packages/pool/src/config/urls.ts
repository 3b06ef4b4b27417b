import { isSecureUrl } from '../auth/index.js'
import type { Check } from './checks.js'
import type { Place } from './problems.js'

/** The URL of a server, verbatim. */
export const serverUrl: Check<string> = {
  type: 'string',
  read: (value, place) => {
    const url = httpUrl(value, place)
    if (url === undefined || !withoutUser(url, 'headers or auth', place)) return undefined
    // The parser drops them, but it is used, and shown, verbatim.
    if (/\p{Cc}/u.test(value as string)) return place.must('have no control characters')
    if ((value as string).trim() !== value) return place.must('have no spaces around it')
    return url.port === '0' ? place.must('have a port that can be connected to: 0 is none') : (value as string)
  },
}

/** The base URL of an authorization server, without a slash at its end. What is sent there is the client's secret. */
export const authorizationServerUrl: Check<string> = {
  type: 'string',
  read(value, place) {
    const url = httpUrl(value, place)
    if (url === undefined || !withoutUser(url, 'clientId and clientSecret', place)) return undefined
    if (url.search !== '' || url.hash !== '') return place.must('have no query and no fragment')
    if (!isSecureUrl(url)) return place.must('be an https: URL: plain http: would show the client secret to the network (allowed on loopback)')
    return url.href.replace(/\/+$/, '')
  },
}

/** The base URL of a registry. `instead`: where a user belongs. */
export const registryUrl = (instead: string): Check<string> => ({
  type: 'string',
  read(value, place) {
    const url = httpUrl(value, place)
    if (url === undefined || !withoutUser(url, instead, place)) return undefined
    return url.search === '' && url.hash === '' ? url.href : place.must('have no query and no fragment')
  },
})

export const proxyUrl: Check<string> = {
  type: 'string',
  read: (value, place) => (httpUrl(value, place) === undefined ? undefined : (value as string)),
}

/** The base URL of a Pushgateway, without a slash at its end. */
export const gatewayUrl: Check<string> = {
  type: 'string',
  read(value, place) {
    const url = httpUrl(value, place)
    if (url === undefined) return undefined
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      return place.must('have no user, password, query and fragment: it is shown in the configuration and in logs')
    return url.href.replace(/\/+$/, '')
  },
}

/** RFC 8707 section 2: an absolute URI without a fragment. */
export const resourceUri: Check<string> = {
  type: 'string',
  read: (value, place) =>
    typeof value === 'string' && URL.canParse(value) && !value.includes('#') ? value : place.wrong('an absolute URI without a fragment', value),
}

function httpUrl(value: unknown, place: Place): URL | undefined {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : place.wrong('an http: or https: URL', value)
}

function withoutUser(url: URL, instead: string, place: Place): boolean {
  if (url.username === '' && url.password === '') return true
  place.must(`have no user and password: they belong in ${instead}`)
  return false
}
