/** What happens to one call. */

export type { Call, CallListener, CallTerms } from './call.js'
export { Calls, type CallTotals } from './calls.js'
