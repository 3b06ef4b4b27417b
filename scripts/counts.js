// Prints the closing line of a test run from vitest's JSON report: node scripts/counts.js REPORT
// Fails where nothing ran or something was skipped: a test that does not run proves nothing.
import { readFileSync } from 'node:fs'

const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: todo } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const idle = skipped + todo
console.log(`${passed} passed, ${failed} failed${idle > 0 ? `, ${idle} skipped` : ''}`)
if (passed === 0 || failed > 0 || idle > 0) process.exitCode = 1
