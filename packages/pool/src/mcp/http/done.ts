import type { Exchange } from '../../ports.js'

/** An attempt that was answered, or refused, before anything was sent. */
export const DONE: Exchange = { written: false, cancel() {} }
