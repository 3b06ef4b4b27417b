export type { AuthProvider, ClientCredentials, EndpointAuthProvider, OAuthClientProvider } from './types.js'
