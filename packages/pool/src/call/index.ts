export type { CallListener, CallTerms } from './call.js'
export { Calls } from './calls.js'
