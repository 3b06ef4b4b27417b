import type { Bounds, Field } from './fields.js'
import type { When } from './phases.js'
import { readDistribution } from './read-distribution.js'
import type { ReplicaGroup, Restarts, Trouble } from './scenario.js'

const COUNT: Bounds = { min: 1, max: 10_000, whole: true }
const SLOTS: Bounds = { min: 1, max: 100_000, whole: true }
const QUEUE: Bounds = { min: 0, max: 10_000_000, whole: true }
const SPEED: Bounds = { min: 0.001, max: 1_000 }
const WEIGHT: Bounds = { min: 0.001, max: 1_000 }
const PROBABILITY: Bounds = { min: 0, max: 1 }
/** Times at random need both times and pauses. */
const SHARE_OF_TIME: Bounds = { min: 0.000_001, max: 0.999_999 }

const TROUBLES = ['slow', 'fail', 'hang', 'stall'] as const
const REPORTS = [false, true, 'requests', 'cpu', 'own-cpu'] as const
const WHEN = ['from', 'until', 'every', 'apart', 'length', 'share'] as const

export function readReplicas(field: Field): ReplicaGroup[] {
  const groups = field.list().flatMap((each, index) => readGroup(each, index) ?? [])
  const names = new Set<string>()
  for (const [index, { name }] of groups.entries()) {
    if (names.has(name)) field.list()[index]!.say(`must have a name of its own, '${name}' is taken`)
    names.add(name)
  }
  return groups
}

function readGroup(field: Field, index: number): ReplicaGroup | undefined {
  const member = field.members(['name', 'count', 'slots', 'queue', 'speed', 'zone', 'weight', 'warmUp', 'reports', 'troubles'])
  if (member === undefined) return undefined
  const troubles = member('troubles')
  return {
    name: member('name').text(`group-${index + 1}`),
    count: member('count').number(COUNT, 1),
    slots: member('slots').number(SLOTS),
    queue: member('queue').number(QUEUE, Number.POSITIVE_INFINITY),
    speed: member('speed').number(SPEED, 1),
    zone: member('zone').isGiven ? member('zone').text() : undefined,
    weight: member('weight').number(WEIGHT, 1),
    warmUp: readWarmUp(member('warmUp')),
    reports: member('reports').isGiven ? member('reports').choice(REPORTS) : false,
    troubles: troubles.isGiven ? troubles.list().flatMap((each) => readTrouble(each) ?? []) : [],
  }
}

function readWarmUp(field: Field): ReplicaGroup['warmUp'] {
  const member = field.isGiven ? field.members(['speed', 'length']) : undefined
  return member && { speed: member('speed').number(SPEED), length: member('length').duration(1) }
}

function readTrouble(field: Field): Trouble | undefined {
  const member = field.members([...TROUBLES, 'sparesRunning', 'after', 'as', 'delay', ...WHEN])
  if (member === undefined) return undefined
  const given = TROUBLES.filter((each) => member(each).isGiven)
  const does = given[0]
  if (does === undefined || given.length > 1) return field.wrong(`have exactly one of ${TROUBLES.join(', ')}`)
  const belongs = { slow: ['sparesRunning'], fail: ['after', 'as'], hang: ['after'], stall: ['delay'] }[does]
  for (const name of ['sparesRunning', 'after', 'as', 'delay'] as const) {
    if (member(name).isGiven && !belongs.includes(name)) member(name).say(`does not go with ${does}, which takes ${[...belongs, ...WHEN].join(', ')}`)
  }
  const when = readWhen(member)
  switch (does) {
    case 'slow':
      return { does, when, speed: member('slow').number({ min: 0, max: 1_000 }), sparesRunning: member('sparesRunning').boolean(false) }
    case 'fail': {
      const as = member('as').choice(['error', 'refusal', 'answer'], 'error')
      return { does, when, probability: member('fail').number(PROBABILITY), after: member('after').duration(0, 5), as }
    }
    case 'hang':
      return { does, when, probability: member('hang').number(PROBABILITY), after: member('after').isGiven ? member('after').duration(1) : undefined }
    case 'stall':
      return { does, when, probability: member('stall').number(PROBABILITY), delay: readDistribution(member('delay')) }
  }
}

function readWhen(member: (name: (typeof WHEN)[number]) => Field): When {
  const [every, share, length, until, apart] = [member('every'), member('share'), member('length'), member('until'), member('apart')]
  const from = member('from').duration(0, 0)
  const when = {
    from,
    until: until.duration(0, Number.POSITIVE_INFINITY),
    every: every.isGiven ? every.duration(1) : undefined,
    share: share.isGiven ? share.number(SHARE_OF_TIME) : undefined,
    length: length.isGiven ? length.duration(1) : undefined,
    apart: apart.boolean(false),
  }
  if (when.until <= from) until.wrong(`be after from (${from} ms)`)
  if (every.isGiven && share.isGiven) share.say('does not go with every: one is at random, the other is not')
  if ((every.isGiven || share.isGiven) && !length.isGiven) length.wrong('say how long each time is, where there is every or share')
  if (apart.isGiven && !every.isGiven) apart.say('goes with every alone: times at random are apart anyway')
  if (length.isGiven && !every.isGiven && !share.isGiven) length.say('needs every or share, which say how often')
  if (when.every !== undefined && when.length !== undefined && when.length >= when.every) length.wrong(`be below every (${when.every} ms)`)
  return when.length === undefined ? { ...when, every: undefined, share: undefined } : when
}

export function readRestarts(field: Field, groups: readonly ReplicaGroup[]): Restarts | undefined {
  const member = field.isGiven ? field.members(['group', 'first', 'every', 'down', 'drain', 'noticed']) : undefined
  if (member === undefined) return undefined
  const names = groups.map(({ name }) => name)
  const every = member('every').duration(1)
  return {
    group: member('group').isGiven ? member('group').choice(names) : undefined,
    first: member('first').duration(0, every),
    every,
    down: member('down').duration(1, 2_000),
    drain: member('drain').duration(0, 0),
    noticed: member('noticed').duration(0, 0),
  }
}
