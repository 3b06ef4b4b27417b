import { ExitCode } from '../exit-code.js'
import type { Ledger } from './ledger.js'
import type { LoadCounts } from './load.js'

/** The demo's verdict, and the exit code that says the same. The three defects must be 0, whatever was killed or paused. */
export function summary(counts: LoadCounts, ledger: Pick<Ledger, 'repeated'>): { readonly lines: readonly string[]; readonly exitCode: number } {
  const { safe, safeFailed, unsafe, unsafeUnknown, unsafeNotRun, unsafeMisreported } = counts
  const twice = ledger.repeated
  const ok = safeFailed === 0 && twice === 0 && unsafeMisreported === 0
  const row = (name: string, value: number, remark = ''): string => `  ${name.padEnd(46)}${String(value).padStart(8)}${remark}`
  const verdict = (value: number): string => (value === 0 ? '  ok' : '  NOT OK, must be 0')
  const lines = [
    'Summary',
    row('calls', safe + unsafe),
    row('safe calls', safe),
    row('safe calls failed', safeFailed, verdict(safeFailed)),
    row('unsafe calls', unsafe),
    row('unsafe calls failed, said: may have run', unsafeUnknown, '  (not repeated)'),
    row('unsafe calls failed, said: did not run', unsafeNotRun),
    row('  of those, executed all the same', unsafeMisreported, verdict(unsafeMisreported)),
    row('unsafe calls executed twice', twice, verdict(twice)),
  ]
  return { lines, exitCode: ok ? ExitCode.ok : ExitCode.toolError }
}
