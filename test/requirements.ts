import { admission } from './requirements/admission.js'
import { calls } from './requirements/calls.js'
import { deliverables } from './requirements/deliverables.js'
import { discovery } from './requirements/discovery.js'
import { doors } from './requirements/doors.js'
import { ejection } from './requirements/ejection.js'
import { events } from './requirements/events.js'
import { fleet } from './requirements/fleet.js'
import { manyWorkers } from './requirements/many-workers.js'
import { names } from './requirements/names.js'
import { observe } from './requirements/observe.js'
import { pool } from './requirements/pool.js'
import { properties } from './requirements/properties.js'
import { protocol } from './requirements/protocol.js'
import { registries } from './requirements/registries.js'
import type { Requirement } from './requirements/requirement.js'
import { resilience } from './requirements/resilience.js'
import { simulation } from './requirements/simulation.js'
import { tracing } from './requirements/tracing.js'
import { transport } from './requirements/transport.js'

/** Everything that was promised, and what shows it. */
export const requirements: readonly Requirement[] = [
  ...deliverables,
  ...transport,
  ...doors,
  ...pool,
  ...names,
  ...calls,
  ...fleet,
  ...events,
  ...manyWorkers,
  ...resilience,
  ...ejection,
  ...admission,
  ...simulation,
  ...discovery,
  ...registries,
  ...observe,
  ...tracing,
  ...properties,
  ...protocol,
]
