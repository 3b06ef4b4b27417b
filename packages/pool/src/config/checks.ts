import { nearest } from './nearest.js'
import type { Place } from './problems.js'
import { quoted } from './shown.js'

/**
 * What an option may be. A check reads a value of the outside once and returns it typed, or reports what is wrong with it and
 * returns undefined. Its texts are those of the messages and of the table in the docs.
 */
export interface Check<T> {
  readonly type: string
  readonly unit?: 'ms' | 'bytes'
  readonly range?: string
  read(value: unknown, place: Place): T | undefined
}

/** One row of the table of options. */
export interface Option<T> {
  readonly check: Check<T>
  readonly default?: T
  /** The default in words, where it follows from other options or is not worth printing. */
  readonly otherwise?: string
  /** Its value is never shown, not even a wrong one. */
  readonly secret?: true
  readonly required?: true
  readonly since: string
  readonly doc: string
}

type Given<T> = Exclude<T, undefined>

/** A table with a row for each member of `T`; those of `Defaulted` have a default. */
export type OptionTable<T, Defaulted extends keyof T = never> = {
  readonly [Name in keyof T]-?: Option<Given<T[Name]>> & (Name extends Defaulted ? { readonly default: Given<T[Name]> } : { readonly default?: never })
}

/** What a table reads an object into: every member is there, though it may be undefined. Where something was wrong, it is its default. */
export type Read<T, Defaulted extends keyof T = never> = {
  // `Exclude` keeps this from being homomorphic in T: it would copy the question marks.
  readonly [Name in Exclude<keyof T, never>]: Name extends Defaulted ? Given<T[Name]> : T[Name]
}

type Bounds = { readonly min: number; readonly max: number; readonly whole: boolean; readonly unit?: 'ms' | 'bytes' }

export function number({ min, max, whole, unit }: Bounds): Check<number> {
  const range = `${min.toLocaleString('en')} … ${max.toLocaleString('en')}`
  const must = `${whole ? 'a whole number' : 'a number'} in ${range}${unit === undefined ? '' : ` ${unit}`}`
  return {
    type: 'number',
    range,
    ...(unit === undefined ? {} : { unit }),
    read(value, place) {
      const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value))
      return fits ? value : place.wrong(must, value)
    },
  }
}

export const boolean: Check<boolean> = {
  type: 'boolean',
  read: (value, place) => (typeof value === 'boolean' ? value : place.wrong('true or false', value)),
}

/** Text that is not empty. */
export const text: Check<string> = {
  type: 'string',
  read: (value, place) => (typeof value === 'string' && value !== '' ? value : place.wrong('a string that is not empty', value)),
}

export function choice<T extends string>(...values: readonly T[]): Check<T> {
  const type = values.map((value) => `'${value}'`).join(' | ')
  return {
    type,
    read: (value, place) => values.find((known) => known === value) ?? place.wrong(values.map((known) => `'${known}'`).join(', '), value),
  }
}

export function list<T>(item: Check<T>): Check<readonly T[]> {
  return {
    type: `${item.type}[]`,
    read(value, place) {
      if (!Array.isArray(value)) return place.wrong('an array', value)
      // Not `map`: it would leave out the holes of a sparse array.
      const read = Array.from(value, (entry: unknown, index) => item.read(entry, place.index(index)))
      return read.every((entry) => entry !== undefined) ? Object.freeze(read) : undefined
    },
  }
}

/** Names with a text each, which may be empty. */
export const dictionary: Check<Readonly<Record<string, string>>> = {
  type: '{ [name]: string }',
  read(value, place) {
    if (!isPlain(value)) return place.wrong('an object with a string for each name', value)
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
    for (const [name, entry] of entries) if (typeof entry !== 'string') place.member(name).wrong('a string', entry)
    return Object.freeze(Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')))
  },
}

/** An object whose members are those of a table, all of them right. */
export function object<T, Defaulted extends keyof T>(table: OptionTable<T, Defaulted>): Check<Read<T, Defaulted>> {
  return {
    type: 'object',
    read(value, place) {
      const before = place.problems.count
      const members = readMembers(table, value, place)
      return place.problems.count === before ? members : undefined
    },
  }
}

export function frozen<T>(check: Check<T>): Check<T> {
  return { ...check, read: (value, place) => Object.freeze(check.read(value, place)) }
}

/** Anything with a method of one of these names: ports of other packages, whose classes may be another copy's. */
export function implementing<T>(type: string, ...methods: ReadonlyArray<readonly string[]>): Check<T> {
  const implemented = (value: unknown): value is T =>
    typeof value === 'object' && value !== null && methods.some((names) => names.every((name) => typeof Reflect.get(value, name) === 'function'))
  return { type, read: (value, place) => (implemented(value) ? value : place.wrong(`an ${type}`, value)) }
}

/** Reads an object by a table, and refuses names that are not in it. */
export function readMembers<T, Defaulted extends keyof T>(table: OptionTable<T, Defaulted>, value: unknown, place: Place): Read<T, Defaulted> | undefined {
  if (!isRecord(value)) return place.wrong('an object', value)
  const rows: Readonly<Record<string, Option<unknown>>> = table
  for (const name of Object.keys(value)) if (!Object.hasOwn(rows, name)) unknownName(name, Object.keys(rows), place)
  const members: Record<string, unknown> = {}
  for (const name in rows) {
    const row = rows[name]!
    const given = value[name]
    if (given === undefined && row.required) place.member(name).must('be given')
    members[name] = given === undefined ? row.default : (row.check.read(given, place.member(name, row.secret ?? place.secret)) ?? row.default)
  }
  // The table's type says what each check returns; the loop forgets it.
  return members as Read<T, Defaulted>
}

/** Reports a name that is none of `known`, and which of them was probably meant. */
export function unknownName(name: string, known: readonly string[], place: Place): void {
  const meant = nearest(name, known)
  const where = place.path === '' ? '' : `${place.path}: `
  place.problems.add(`${where}unknown option ${quoted(name)}${meant === undefined ? '' : `, did you mean ${meant}?`}`)
}

/** Of no class: what a `Map` holds is not among its members. The prototype may be that of another realm. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
