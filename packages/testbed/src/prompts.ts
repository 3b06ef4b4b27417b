export interface PromptSpec {
  readonly name: string
  readonly description: string
  readonly arguments: ReadonlyArray<{ readonly name: string; readonly required: boolean }>
}

/** `greet` has an argument that can be completed. */
export const PROMPTS: readonly PromptSpec[] = [
  { name: 'greet', description: 'Greets somebody', arguments: [{ name: 'name', required: true }] },
  { name: 'plain', description: 'Takes no arguments', arguments: [] },
]

/** What completion offers for any argument called `name`. */
export const NAMES: readonly string[] = ['ada', 'alan', 'barbara', 'grace']
