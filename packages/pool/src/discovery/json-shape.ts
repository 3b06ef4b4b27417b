/** Reading what registries answer: a member that is not there, or is something else, is undefined. */

export type JsonShape = Readonly<Record<string, unknown>>

const NOTHING: JsonShape = {}

export function shape(value: unknown): JsonShape {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonShape) : NOTHING
}

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** Text that is not empty. */
export function words(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The first text that there is. */
export function firstOf(...values: readonly unknown[]): string | undefined {
  return words(values.find((value) => words(value) !== undefined))
}
