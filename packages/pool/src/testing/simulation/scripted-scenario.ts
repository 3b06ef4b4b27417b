import { readScenarios } from './read-scenario.js'
import type { Scenario } from './scenario.js'

/** A scenario from what a file would say; for tests. */
export function scenarioOf(value: Readonly<Record<string, unknown>>): Scenario {
  const { scenarios, problems } = readScenarios(value)
  if (scenarios[0] === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  return scenarios[0]
}
