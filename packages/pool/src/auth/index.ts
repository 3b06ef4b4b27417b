// For programs that authorize by themselves: what an endpoint takes as `authProvider`
export type { AuthProvider, EndpointAuthProvider, OAuthClientProvider } from './types.js'
export { UnauthorizedError } from '@modelcontextprotocol/client'

// Client credentials, as the pool speaks them
export type { AuthPorts, ClientCredentials, Fetch, TokenEvent, TokenOwner } from './types.js'
export { TokenCache, type TokenNeeds } from './token-cache.js'
export type { Alarm, Clock, Milliseconds, Random, Timers, TokenSource } from '../ports.js'

// For the pool
export { endpointFetch, type Travel } from './endpoint-fetch.js'
export { isSecureUrl } from './secure-url.js'
