import { InvalidParams } from './invalid-params.js'
import type { JsonObject } from './tool-spec.js'

/* Reads a tool's arguments: only the modern server checks them against the schema before the tool runs. */

export function text(args: JsonObject, name: string, fallback?: string): string {
  const value = args[name] ?? fallback
  if (typeof value !== 'string') throw new InvalidParams(`${name} must be a string, got ${JSON.stringify(value)}`)
  return value
}

export function numeric(args: JsonObject, name: string, fallback?: number): number {
  const value = args[name] ?? fallback
  if (typeof value !== 'number') throw new InvalidParams(`${name} must be a number, got ${JSON.stringify(value)}`)
  return value
}

export function flag(args: JsonObject, name: string): boolean {
  return args[name] === true
}

export function oneOf<Choice extends string>(args: JsonObject, name: string, choices: readonly Choice[], fallback?: Choice): Choice {
  const value = args[name] ?? fallback
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw new InvalidParams(`${name} must be one of ${choices.join(', ')}, got ${JSON.stringify(value)}`)
  return found
}
