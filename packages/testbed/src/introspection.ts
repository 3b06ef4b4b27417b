import type { Auth } from './bearer.js'

export interface IntrospectionOptions {
  /** The authorization server's introspection endpoint (RFC 7662). */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Refuse tokens for another resource (RFC 8707). @default any will do */
  readonly resource?: string
  readonly authorizationServers?: readonly string[]
}

/** Asks the authorization server about every token, so that one revoked there is refused here at once. */
export function introspecting(options: IntrospectionOptions): Auth {
  const { url, clientId, clientSecret, resource, authorizationServers } = options
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`
  return {
    ...(authorizationServers !== undefined && { authorizationServers }),
    verify: async (token) => {
      const response = await fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ token }) })
      const { active, aud } = (await response.json()) as { active?: boolean; aud?: string | string[] }
      return active === true && (resource === undefined || [aud].flat().includes(resource))
    },
  }
}
