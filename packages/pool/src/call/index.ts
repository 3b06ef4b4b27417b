/** What happens to one call. */

export type { Entry, Place, Waiting } from './admission/index.js'
export type { Call, CallListener, CallTerms } from './call.js'
export type { HedgingOptions } from './hedging.js'
export type { RetryBudgetOptions } from './retry-budget.js'
export { AdaptiveLimit, FixedLimit, type Limit, ToolLimit } from './limits/index.js'
export { Calls, type CallsSettings, type CallTotals, type CallCounts } from './calls.js'
