const LONGEST = 300

/** Text of somebody else, as it may stand in a message: on one line, shortened, without the secrets that it may repeat. */
export function cleanText(text: string, secrets: readonly string[] = []): string {
  let safe = text
  for (const secret of secrets) if (secret.length > 2) safe = safe.replaceAll(secret, '…')
  safe = safe.replace(/[^\x20-\x7e…]+/g, ' ')
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST - 1)}…` : safe
}
