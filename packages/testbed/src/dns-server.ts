import { type Program, startProgram } from './program.js'
import { reservePort } from './reserve-port.js'

/** What a DNS server knows, all of it below `test`; names that are not there do not exist. */
export interface Zone {
  /** Addresses by name. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>
  readonly services?: ReadonlyArray<{
    readonly name: string
    readonly target: string
    readonly port: number
    readonly priority?: number
    readonly weight?: number
  }>
  /** Time to live of every record, in seconds. @default 0 */
  readonly timeToLive?: number
}

export interface DnsServer {
  /** As a resolver wants it named: `127.0.0.1:5353`. */
  readonly address: string
  readonly port: number
  /** Starts it anew on the same port, knowing something else. */
  change(zone: Zone): Promise<void>
  /** Nothing is lost but the answers: questions time out until it resumes. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

/** A real DNS server: dnsmasq, which answers for `test`, over UDP and TCP, and refuses what is elsewhere. */
export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const port = await reservePort()
  let program: Program = await begin(port, zone)
  return {
    address: `127.0.0.1:${port}`,
    port,
    change: async (changed) => {
      await program.stop()
      program = await begin(port, changed)
    },
    pause: () => program.signal('SIGSTOP'),
    resume: () => program.signal('SIGCONT'),
    close: () => program.stop(),
  }
}

function begin(port: number, { hosts = {}, services = [], timeToLive = 0 }: Zone): Promise<Program> {
  const own = ['--no-daemon', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--bind-interfaces', '--listen-address=127.0.0.1', '--cache-size=0']
  return startProgram(
    'dnsmasq',
    [
      ...own,
      `--port=${port}`,
      '--local=/test/',
      `--local-ttl=${timeToLive}`,
      ...Object.entries(hosts).flatMap(([name, addresses]) => addresses.map((address) => `--host-record=${name},${address}`)),
      ...services.map(({ name, target, port: at, priority = 0, weight = 0 }) => `--srv-host=${name},${target},${at},${priority},${weight}`),
    ],
    'started, version',
  )
}
