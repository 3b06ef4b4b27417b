/** Who waits for a place, who is let in next, and who is sent away. */

export { Admission } from './admission.js'
export type { Entry, Place, Waiting } from './waiting.js'
