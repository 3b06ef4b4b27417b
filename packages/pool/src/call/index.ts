/** What happens to one call. */

export type { Entry, Place, Waiting } from './admission/index.js'
export type { BadTime } from './bad-times.js'
export type { Call } from './call.js'
export type { CallEnd, CallObserver } from './call-observer.js'
export type { CallListener, CallTerms } from './call-terms.js'
export type { HedgingOptions } from './hedging.js'
export type { RetryBudgetOptions } from './retry-budget.js'
export { AdaptiveLimit, FixedLimit, type Limit, ToolLimit } from './limits/index.js'
export { Calls, type CallTotals } from './calls.js'
