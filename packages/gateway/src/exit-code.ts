/**
 * What the process says to the script that ran it. 3 means that no answer could be had, and 5 that it did not come in
 * time; after either, the message says whether the call may have run. A result that cannot be written is as good as none.
 */
export const ExitCode = {
  ok: 0,
  toolError: 1,
  outputLost: 1,
  usage: 2,
  unreachable: 3,
  authorization: 4,
  timeout: 5,
  /** An error that none of the others is: a bug of this program (EX_SOFTWARE of sysexits.h). */
  bug: 70,
} as const

/** 130 and its like: 128 and the number of the signal, as shells report it. */
export const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
