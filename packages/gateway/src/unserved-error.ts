/** Servers were reached, and none of them serves what was asked: no outage that may pass. The message says why, in words of the command. */
export class UnservedError extends Error {}
