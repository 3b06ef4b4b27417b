import { type Ailment, Child, type DeafPort, MemoryLedger, openDeafPort, type WorkTally } from '@mcp-client-pool/testbed'
import type { ReplicaGroup } from 'mcp-client-pool/testing'
import { SERVER_CORE } from './processes.js'
import type { RealityCase } from './reality-cases.js'

/** A replica of a scenario as a server in a process of its own. */
export class RealReplica {
  readonly group: ReplicaGroup
  readonly child: Child
  #deaf: DeafPort | undefined
  /** Of processes that are gone. */
  readonly #past: WorkTally[] = []

  constructor(group: ReplicaGroup, child: Child) {
    this.group = group
    this.child = child
  }

  get url(): string {
    return this.child.url
  }

  /** What is wrong with it at that time. */
  async suffer(now: number): Promise<void> {
    if (this.child.alive) await this.child.order('suffer', ailmentOf(this.group, now))
  }

  /** From one moment to the next nobody is there, and SYN is dropped. */
  async goDeaf(): Promise<void> {
    await this.die()
    this.#deaf = await openDeafPort(this.child.port)
  }

  async die(): Promise<void> {
    this.#past.push(await this.#tally())
    await this.child.kill()
  }

  /** As it was at first. What it had in its queue is gone with the sockets of those who asked. */
  async recover(): Promise<void> {
    await this.#deaf?.close()
    if (this.#deaf !== undefined) await this.child.restart()
    this.#deaf = undefined
    this.#past.length = 0
    await this.suffer(0)
  }

  /** Of all processes that it was since it was well. */
  async tallies(): Promise<readonly WorkTally[]> {
    return this.child.alive ? [...this.#past, await this.#tally()] : this.#past
  }

  async #tally(): Promise<WorkTally> {
    return (await this.child.order('tally')) as WorkTally
  }

  async stop(): Promise<void> {
    await this.#deaf?.close()
    await this.child.kill()
  }
}

/** The replicas of a case, on the core where servers are. Executions of what must not run twice are counted in this process. */
export class RealFleet {
  readonly ledger: MemoryLedger
  readonly replicas: readonly RealReplica[]

  private constructor(ledger: MemoryLedger, replicas: readonly RealReplica[]) {
    this.ledger = ledger
    this.replicas = replicas
  }

  static async start({ scenario, era }: RealityCase): Promise<RealFleet> {
    // Each child waits for the end of this process.
    process.setMaxListeners(0)
    const ledger = new MemoryLedger()
    const prefix = process.platform === 'linux' ? ['taskset', '-c', String(SERVER_CORE)] : []
    const groups = scenario.replicas.flatMap((group) => Array.from({ length: group.count }, () => group))
    const replicas = await Promise.all(
      groups.map(async (group, index) => {
        const { slots, warmUp } = group
        const cold = warmUp === undefined ? {} : { cold: { slowness: 1 / warmUp.speed, ms: warmUp.length } }
        const options = { era, slots, seed: index, ailment: ailmentOf(group, 0), ...cold }
        return new RealReplica(group, await Child.start({ kind: 'work', options }, { ledger, prefix }))
      }),
    )
    return new RealFleet(ledger, replicas)
  }

  async recover(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.recover()))
    this.ledger.clear()
  }

  async tallies(): Promise<readonly WorkTally[]> {
    return (await Promise.all(this.replicas.map((replica) => replica.tallies()))).flat()
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()))
  }
}

/** The troubles of a replica at that time, in the words of the server. Troubles that come and go at random are for simulations. */
function ailmentOf({ speed, troubles }: ReplicaGroup, now: number): Ailment {
  let slowness = 1 / speed
  const ailment: { -readonly [Key in keyof Ailment]: Ailment[Key] } = {}
  for (const trouble of troubles.filter(({ when }) => now >= when.from && now < when.until)) {
    if (trouble.does === 'slow') slowness /= trouble.speed
    else if (trouble.does === 'hang') ailment.mute = true
    else if (trouble.does === 'fail') Object.assign(ailment, { failing: trouble.probability, failAfter: trouble.after })
    else if ('constant' in trouble.delay) ailment.stalls = { share: trouble.probability, ms: trouble.delay.constant }
  }
  return { ...ailment, slowness }
}
