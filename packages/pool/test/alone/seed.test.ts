import { type HttpServer, startLegacyServer, startModernServer, startOAuthServer } from '@mcp-client-pool/testbed'
import { afterAll, beforeAll, describe } from 'vitest'
import { seedSuite } from './seed-suite.js'

/** The one place with fixed ports: they are the document's own. A busy one fails by its name. */
describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('the tests of the architecture document, %s era', (_era, startServer) => {
  const servers: HttpServer[] = []

  beforeAll(async () => {
    const oauth = await startOAuthServer({ port: 3001, clients: [{ clientId: 'test-client', clientSecret: 'test-secret' }] })
    servers.push(oauth)
    for (const port of [8001, 8002, 8003]) servers.push(await startServer({ port, auth: { verify: (token) => oauth.verify(token) } }))
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()))
  })

  seedSuite()
})
