/**
 * A behaviour that was promised, and what shows it.
 *
 * The problem: tests say what is tested, and nothing says what is not. So every promise has an entry, with the words of
 * its source shortened, and `requirements.test.ts` fails where an entry shows nothing or cites a test that does not exist.
 */
export interface Requirement {
  /** Stable; area and number. */
  readonly id: string
  /** The document and its heading. */
  readonly source: string
  readonly text: string
  readonly proof: Proof
}

/** Tests by file, each by its title (or, of an `it.each`, by the name of its row), a bench, a script; or why there is none yet. */
export type Proof =
  | { readonly tests: Readonly<Record<string, readonly string[]>>; readonly bench?: string; readonly script?: string }
  | { readonly bench: string }
  | { readonly script: string }
  | { readonly deferred: string }
