import { expect, it } from 'vitest'
import { toolTable } from './tool-table.js'

it('shows names, hints and the first line of the description', () => {
  const tools = [
    { name: 'read', description: 'Reads.\nSlowly.', annotations: { readOnlyHint: true, idempotentHint: true } },
    { name: 'drop', description: 'Drops it', annotations: { readOnlyHint: false, destructiveHint: true } },
    { name: 'plain' },
  ]
  expect(toolTable(tools, 80)).toEqual([
    'TOOL   HINTS                  DESCRIPTION',
    'read   read-only, idempotent  Reads.',
    'drop   destructive            Drops it',
    'plain  -',
  ])
})

it('survives tools of any shape, and obeys none', () => {
  expect(toolTable([null, 7, { name: '\u001b[2Jx', description: 3, annotations: 'no' }], 80)).toEqual([
    'TOOL       HINTS  DESCRIPTION',
    'undefined  -',
    'undefined  -',
    '[2Jx       -',
  ])
})
