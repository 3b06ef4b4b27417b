import { defineConfig } from 'vitest/config'

/** Files that need something of the machine for themselves, such as fixed ports. They run after all others, one by one. */
const alone = ['packages/*/test/alone/**/*.test.ts']

/** Servers in processes of their own. */
const servers = 'packages/testbed/src/**/*.test.ts'

export default defineConfig({
  test: {
    coverage: { include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts'] },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'bench/src/**/*.test.ts'],
          exclude: [servers],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts', servers],
          exclude: alone,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // What is waited for comes from other processes, on a machine that is busy.
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'alone',
          include: alone,
          testTimeout: 60_000,
          hookTimeout: 30_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
