/**
 * What a demo server and its parent say to each other over IPC. Every execution is reported and acknowledged before the
 * server answers: a count inside a server that is killed would die with it.
 */
export type FromServer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'executed'; readonly receipt: number; readonly tool: string; readonly key: string }

export interface Acknowledgement {
  readonly kind: 'counted'
  readonly receipt: number
}

export function isFromServer(message: unknown): message is FromServer {
  return typeof message === 'object' && message !== null && 'kind' in message && (message.kind === 'listening' || message.kind === 'executed')
}

export function isAcknowledgement(message: unknown): message is Acknowledgement {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'counted'
}
