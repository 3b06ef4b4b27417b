/** The command line is wrong. `message` says what is allowed and what was given; the process exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
