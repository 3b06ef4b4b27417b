/**
 * Takes out what a terminal would obey: a server's text could otherwise move the cursor, change the window's title or
 * paint over what stands there. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
}

/** The first line of a text that is not empty, fit to stand in a table. */
export function firstLine(text: string): string {
  const line = text.split(/\r?\n/).find((candidate) => candidate.trim() !== '')
  return printable(line ?? '')
    .replaceAll('\t', ' ')
    .trim()
}
