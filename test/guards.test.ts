import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * The guards of the rooms, guarded: a rule that is misspelt, overridden or fails open reports nothing, and nobody
 * misses it. So each kind of violation is planted in a copy of the real sources, and must be caught there.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const copies: string[] = []

function copyOfTheSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'guards-'))
  copies.push(copy)
  for (const path of [
    '.oxlintrc.json',
    'package.json',
    'tsconfig.base.json',
    'packages/pool/tsconfig.json',
    'packages/pool/tsconfig.pure.json',
    'packages/pool/src',
  ])
    cpSync(join(root, path), join(copy, path), { recursive: true })
  return copy
}

/** What a command prints, whether or not it fails. */
function output(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(join(root, 'node_modules/.bin', command), args, { cwd, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
}

interface Finding {
  readonly file: string
  readonly rule: string
}

function lint(copy: string): Finding[] {
  const report = JSON.parse(output(copy, 'oxlint', '--format', 'json', 'packages')) as { diagnostics: Array<{ code: string; filename: string }> }
  return report.diagnostics.map(({ code, filename }) => ({ file: relative('packages/pool/src', filename), rule: code }))
}

/** The files that `tsc -p tsconfig.pure.json` complains about. */
function purityErrors(copy: string): string[] {
  const lines = output(copy, 'tsc', '-p', 'packages/pool/tsconfig.pure.json', '--pretty', 'false').split('\n')
  return lines.filter((line) => /error TS/.test(line)).map((line) => relative('packages/pool/src', line.replace(/\(.*/, '')))
}

function plant(copy: string, files: Iterable<readonly [file: string, source: string]>): void {
  for (const [file, source] of files) {
    const path = join(copy, 'packages/pool/src', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, source)
  }
}

afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true })
})

const globals = 'eslint(no-restricted-globals)'
const imports = 'eslint(no-restricted-imports)'
const cycle = 'import(no-cycle)'

const violations: ReadonlyArray<readonly [kind: string, file: string, source: string, rule: string]> = [
  ['Date', 'call/planted-date.ts', 'export const now = () => Date.now()', globals],
  ['new Date', 'health/planted-new-date.ts', 'export const today = () => new Date()', globals],
  ['performance', 'balance/planted-performance.ts', 'export const now = () => performance.now()', globals],
  ['a timer', 'call/planted-timer.ts', 'export const later = (f: () => void) => setTimeout(f, 1)', globals],
  ['a timer cleared', 'call/planted-clear.ts', 'export const stop = (t: number) => clearTimeout(t)', globals],
  ['an interval', 'health/planted-interval.ts', 'export const often = (f: () => void) => setInterval(f, 1)', globals],
  ['a microtask', 'call/planted-microtask.ts', 'export const soon = (f: () => void) => queueMicrotask(f)', globals],
  ['globalThis', 'call/planted-global-this.ts', 'export const now = () => globalThis.performance.now()', globals],
  ['process', 'balance/planted-process.ts', 'export const env = () => process.env', globals],
  ['console', 'balance/planted-console.ts', "export const say = () => console.log('hi')", globals],
  ['crypto', 'balance/planted-crypto.ts', 'export const id = () => crypto.randomUUID()', globals],
  ['a global in a folder of a pure room', 'balance/planted/date.ts', 'export const now = () => Date.now()', globals],
  ['Math.random', 'balance/planted-random.ts', 'export const chance = () => Math.random()', 'eslint(no-restricted-properties)'],
  ['Math.random taken apart', 'balance/planted-destructured.ts', 'export const { random } = Math', 'eslint(no-restricted-properties)'],
  ['a node: import', 'call/planted-node.ts', "export { readFileSync } from 'node:fs'", imports],
  ['a package', 'health/planted-package.ts', "import { Pool } from 'undici'\nexport const pool = Pool", imports],
  ['the types of a package', 'health/planted-types.ts', "import type { Pool } from 'undici'\nexport type P = Pool", imports],
  ['an import() type', 'health/planted-import-type.ts', "export type P = import('undici').Pool", 'typescript(consistent-type-imports)'],
  ['an import() at run time', 'health/planted-dynamic.ts', "export const load = () => import('undici')", imports],
  ['a package in a folder of a pure room', 'balance/planted/package.ts', "export { Pool } from 'undici'", imports],
  ['a package in ports.ts', 'ports.ts', "export type { Pool } from 'undici'", imports],
  ["a pure room in another's inside", 'call/planted-room.ts', "export * from '../balance/planted-random.js'", imports],
  ['a pure room in the composition root', 'call/planted-root.ts', "export type { MCPClientPool } from '../pool.js'", imports],
  ["a room in another's inside", 'fleet/planted-room.ts', "export * from '../mcp/planted-inside.js'", imports],
  ["a folder of a room in another room's inside", 'mcp/planted/room.ts', "export * from '../../fleet/planted-inside.js'", imports],
  ['the SDK in fleet/', 'fleet/planted-sdk.ts', "export { Client } from '@modelcontextprotocol/client'", imports],
  ['the SDK beside the rooms', 'planted-sdk.ts', "export type { Client } from '@modelcontextprotocol/client'", imports],
  ['OpenTelemetry beside the rooms', 'planted-otel.ts', "export { trace } from '@opentelemetry/api'", imports],
  ['OpenTelemetry in fleet/', 'fleet/planted-otel.ts', "export { trace } from '@opentelemetry/api'", imports],
  ['OpenTelemetry in mcp/', 'mcp/planted/otel.ts', "export { trace } from '@opentelemetry/api'", imports],
  ['an SDK of OpenTelemetry in otel/', 'otel/planted-sdk.ts', "export { Resource } from '@opentelemetry/resources'", imports],
  ["otel/ in another room's inside", 'otel/planted-room.ts', "export * from '../mcp/planted-inside.js'", imports],
  ['a cycle at run time', 'fleet/planted-cycle-a.ts', "import { b } from './planted-cycle-b.js'\nexport const a = () => b", cycle],
  ['a cycle of types', 'fleet/planted-types-a.ts', "import type { B } from './planted-types-b.js'\nexport type A = { b: B }", cycle],
]

/** Beside the pure rooms, and as pure. */
const PURE_FILES = ['backoff.ts', 'sliding-sum.ts', 'call-path.ts', 'client-guard.ts', 'client-wait.ts']
const inPureFiles: typeof violations = PURE_FILES.flatMap((file) => {
  const source = ["export { Pool } from 'undici'", 'export const now = () => Date.now()', 'export const chance = () => Math.random()'].join('\n')
  return [globals, imports, 'eslint(no-restricted-properties)'].map((rule) => ['what is not pure', file, source, rule] as const)
})

/** Other halves of the violations above, and what must not be caught. */
const companions: ReadonlyArray<readonly [file: string, source: string]> = [
  ['fleet/planted-cycle-b.ts', "import { a } from './planted-cycle-a.js'\nexport const b = () => a"],
  ['fleet/planted-types-b.ts', "import type { A } from './planted-types-a.js'\nexport type B = { a?: A }"],
]

const allowed: ReadonlyArray<readonly [what: string, file: string, source: string]> = [
  [
    'a pure room and its own files',
    'call/allowed.ts',
    "export * from './allowed-beside.js'\nexport * from './folder/allowed.js'\nexport type * from '../errors.js'",
  ],
  ['a folder of a pure room', 'call/folder/allowed.ts', "export * from '../allowed-beside.js'\nexport type * from '../../errors.js'"],
  ['a test in a pure room', 'call/allowed.test.ts', "import { setTimeout } from 'node:timers/promises'\nexport const wait = setTimeout(Date.now())"],
  ['the SDK in mcp/', 'mcp/allowed.ts', "export { Client } from '@modelcontextprotocol/client'\nexport * from '../fleet/index.js'"],
  ['OpenTelemetry in otel/', 'otel/allowed.ts', "export { trace } from '@opentelemetry/api'\nexport * from '../config/index.js'"],
  ['the SDK in auth/', 'auth/allowed.ts', "export { Client } from '@modelcontextprotocol/client'"],
]

describe('the lint', () => {
  let clean: Finding[]
  let planted: Finding[]
  beforeAll(() => {
    const copy = copyOfTheSources()
    clean = lint(copy)
    plant(
      copy,
      [...violations, ...inPureFiles, ...allowed].map(([, file, source]) => [file, source] as const),
    )
    plant(copy, companions)
    planted = lint(copy)
  })

  it('finds nothing of the kind in the sources as they are', () => {
    const guards = new Set(violations.map(([, , , rule]) => rule))
    expect(clean.filter(({ rule }) => guards.has(rule))).toEqual([])
  })

  it.each([...violations, ...inPureFiles])('catches %s (%s)', (_, file, __, rule) => {
    expect(planted).toContainEqual({ file, rule })
  })

  it.each(allowed)('lets %s be (%s)', (_, file) => {
    expect(planted.filter((finding) => finding.file === file)).toEqual([])
  })
})

describe('tsconfig.pure.json', () => {
  const unknown = [
    'setTimeout(() => {}, 1)',
    'Buffer.alloc(1)',
    'process.exit()',
    'performance.now()',
    'new AbortController()',
    "fetch('')",
    'queueMicrotask(() => {})',
  ]
  const inRoom = (room: string) => unknown.map((source, i) => [`${room}/planted-${i}.ts`, `export const planted = (): unknown => ${source}\n`] as const)
  let copy: string
  beforeAll(() => {
    copy = copyOfTheSources()
  })

  it('passes the sources as they are', () => {
    expect(purityErrors(copy)).toEqual([])
  })

  it('knows no global of Node or the web in any pure room', () => {
    const files = ['call', 'balance', 'health'].flatMap(inRoom)
    plant(copy, files)
    expect(purityErrors(copy).sort()).toEqual(files.map(([file]) => file).sort())
  })

  it('knows none in the pure files beside them', () => {
    copy = copyOfTheSources()
    for (const file of PURE_FILES) appendFileSync(join(copy, 'packages/pool/src', file), '\nexport const planted = (): unknown => process.exit()\n')
    expect(purityErrors(copy).sort()).toEqual([...PURE_FILES].sort())
  })
})
