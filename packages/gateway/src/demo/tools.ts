import { setTimeout as sleep } from 'node:timers/promises'
import type { Reporter } from './reporter.js'

/** A tool that servers of both eras have. All of them take an order number. */
export interface DemoTool {
  readonly name: string
  readonly description: string
  readonly annotations: { readonly readOnlyHint?: boolean; readonly destructiveHint?: boolean }
  run(order: string): Promise<string>
}

/** Safe: says so, and may be repeated on another server when an answer is lost. */
export const LOOK_UP = 'look-up-order'
/** Unsafe: every execution has an effect. */
export const PLACE = 'place-order'

export function demoTools(reporter: Reporter): readonly DemoTool[] {
  return [
    {
      name: LOOK_UP,
      description: 'Says what became of an order',
      annotations: { readOnlyHint: true },
      async run(order) {
        await work(5, 40)
        return `Order ${order} is on its way`
      },
    },
    {
      name: PLACE,
      description: 'Places an order: twice the same call would be two parcels',
      annotations: { readOnlyHint: false, destructiveHint: false },
      async run(order) {
        await reporter.executed(PLACE, order)
        // After the effect, so that a kill often falls between the effect and the answer.
        await work(10, 80)
        return `Placed order ${order}`
      },
    },
  ]
}

function work(from: number, to: number): Promise<void> {
  return sleep(from + Math.random() * (to - from))
}
