/**
 * In a child: calls back when the parent is gone, however it went: the kernel closes the channel also after a SIGKILL.
 * It may have gone while this process was still loading, and the event with it.
 */
export function whenOrphaned(callback: () => void): void {
  process.once('disconnect', callback)
  if (!process.connected) callback()
}
