export { Call, type CallListener, type CallTerms } from './call.js'
export type { CallSettings } from './call-ways.js'
export { Calls, type CallsPorts, type CallTotals } from './calls.js'
