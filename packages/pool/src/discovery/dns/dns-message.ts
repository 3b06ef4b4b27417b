import { randomInt } from 'node:crypto'
import { type Answer, decode, encode, RECURSION_DESIRED } from 'dns-packet'

/** What is asked for. */
export type QuestionType = 'SRV' | 'A' | 'AAAA'

export interface Question {
  readonly name: string
  readonly type: QuestionType
}

export interface Query extends Question {
  readonly id: number
  readonly bytes: Buffer
}

export interface Reply {
  /** RFC 1035 section 4.1.1: 0 is an answer, 3 says that there is no such name. */
  readonly rcode: number
  /** It did not fit into the datagram. */
  readonly truncated: boolean
  readonly answers: readonly Answer[]
  readonly authorities: readonly Answer[]
  readonly additionals: readonly Answer[]
}

/** What passes everywhere in one piece: the size of the DNS Flag Day of 2020. */
const DATAGRAM = 1_232

/** A question with an id that nobody can guess. */
export function queryFor({ name, type }: Question): Query {
  const id = randomInt(65_536)
  const bytes = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type }],
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: DATAGRAM, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }],
  })
  return { name, type, id, bytes }
}

/** The reply to that query; undefined for what is none: garbage, somebody else's, or made up by somebody who cannot see the query. */
export function replyTo(query: Query, bytes: Buffer): Reply | undefined {
  let message: ReturnType<typeof decode>
  try {
    message = decode(bytes)
  } catch {
    return undefined
  }
  const { id, type, flags = 0, questions = [], answers = [], authorities = [], additionals = [] } = message
  if (type !== 'response' || id !== query.id) return undefined
  const rcode = flags & 0xf
  const [asked] = questions
  // Servers that could not read the question may leave it out of their refusal.
  const ours = asked === undefined ? rcode !== 0 : asked.type === query.type && sameName(asked.name, query.name)
  return ours ? { rcode, truncated: message.flag_tc, answers, authorities, additionals } : undefined
}

/** Names are compared without regard to case, and absolute. */
function sameName(a: string, b: string): boolean {
  return normalized(a) === normalized(b)
}

export function normalized(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
