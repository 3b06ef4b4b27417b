/** Children that live now, by process id. */
const living = new Set<number>()

/** No handler of ours stays behind when the last child is gone. */
function killAll(): void {
  for (const pid of living) kill(pid)
}

/**
 * Kills the child if this process exits before it was closed: a server that ignores the end of its stdin would live for ever.
 * Returns what lets go of it.
 */
export function reapAtExit(pid: number): () => void {
  if (living.size === 0) process.on('exit', killAll)
  living.add(pid)
  return () => {
    if (living.delete(pid) && living.size === 0) process.off('exit', killAll)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
