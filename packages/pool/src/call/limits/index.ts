/** How many attempts a client may have open at a time. */

export { AdaptiveLimit } from './adaptive-limit.js'
export { FixedLimit } from './fixed-limit.js'
export type { Limit } from './limit.js'
export { ToolLimit } from './tool-limit.js'
