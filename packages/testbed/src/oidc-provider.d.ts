/** As much of `oidc-provider` as is used here; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface AccessToken {
    readonly aud?: string | string[]
    readonly isExpired: boolean
  }

  export default class Provider {
    constructor(issuer: string, configuration: object)
    readonly ClientCredentials: { find(token: string): Promise<AccessToken | undefined> }
    callback(): (req: IncomingMessage, res: ServerResponse) => Promise<void>
    on(event: 'client_credentials.saved', listener: (token: AccessToken) => void): this
    on(event: 'server_error', listener: (context: unknown, error: Error) => void): this
  }

  export namespace errors {
    class InvalidTarget extends Error {}
  }
}
