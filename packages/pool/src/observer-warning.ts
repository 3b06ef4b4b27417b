/** What an observer throws becomes one process warning (`process.on('warning')`): a second would say the same, as often as there are calls. */
export function warnOnce(): (error: unknown) => void {
  let warned = false
  return (error) => {
    if (warned) return
    warned = true
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.emitWarning('The observer of calls failed; calls go on', { type: 'MCPClientPoolWarning', detail })
  }
}
