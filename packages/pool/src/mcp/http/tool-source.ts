import type { ToolSource } from '../catalog-feed.js'
import { ask } from './ask.js'
import type { Lane } from './lane.js'

export function toolSource(lane: Lane): ToolSource {
  const { channel } = lane
  const { timers, random, label, limits } = channel
  return {
    timers,
    random,
    label,
    get isOpen() {
      return !channel.closed
    },
    list: async (params) => (await ask(lane, 'tools/list', params, { timeout: limits.connectionTimeout })).response,
    report: (error) => channel.report(error),
  }
}
