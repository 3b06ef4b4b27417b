import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { legacyServer } from './legacy-server.js'
import { modernServer } from './modern-server.js'
import { whenOrphaned } from './orphan.js'
import { Reporter } from './reporter.js'
import { demoTools } from './tools.js'

/*
 * A demo server: a process of its own, so that it can be killed and stopped for real.
 *
 *     node server.js NAME modern|legacy PORT
 */

// Ctrl-C reaches every process of the terminal's job. The parent decides when its servers end, and they end with it:
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
whenOrphaned(() => process.exit(0))

const [name = 'demo', era = 'modern', port = '0'] = process.argv.slice(2)
const reporter = new Reporter()
const tools = demoTools(reporter)
const server = createServer(era === 'legacy' ? legacyServer(name, tools) : modernServer(name, tools))
server.on('error', (error) => {
  process.stderr.write(`${name}: ${error.message}\n`)
  process.exit(1)
})
server.listen(Number(port), '127.0.0.1', () => reporter.listening((server.address() as AddressInfo).port))
