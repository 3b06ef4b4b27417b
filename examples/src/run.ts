import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

// Runs every example, each in a process of its own: an example that throws, hangs or leaves something open is a failure.
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.js') && file !== basename(import.meta.filename))
  .sort()

let failed = 0
for (const name of names) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, name)], { encoding: 'utf8', timeout: 60_000 })
  if (status === 0) console.log(`ok    ${name}`)
  else {
    failed++
    console.log(`FAIL  ${name} (${signal ?? `exit ${status}`})\n${stdout}${stderr}`)
  }
}
console.log(`${names.length - failed} examples ran, ${failed} failed`)
if (failed > 0) process.exitCode = 1
