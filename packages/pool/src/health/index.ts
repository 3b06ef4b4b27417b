/**
 * Is this client fit for calls? Three judges, each with a way of its own to come back:
 *
 *     ClientHealth      probes and connections: is anybody there?           until probes pass
 *     CircuitBreaker    what a user asked for: so many failures             until trial calls succeed; never overridden
 *     Ejection          evidence against the other clients: failing,        for a growing time, then until trial calls succeed;
 *                       grossly slow, or silent                             bounded to a share of the fleet, distrusted in a panic
 *
 * Whoever is `available` by the first is given to `Ejections.update`, which tells who of them is usable by the other two.
 *
 * Probes of an ejected client go on at the ordinary interval. That they pass does not end the ejection: a server whose tools fail, are
 * slow or hang may well answer probes, and that is why it was judged by its calls. That they fail makes it unhealthy, as with any client:
 * it leaves those that are available, its ejection is over, and it comes back as an unhealthy client does.
 */

export { type BreakerStatus, CircuitBreaker } from './circuit-breaker.js'
export { ClientHealth, type HealthStatus } from './client-health.js'
export { type EjectionOptions, Ejections, type HealthChange } from './ejections.js'
export { type EjectionReason } from './evidence/suspicion.js'
export { apart, firstProbe, needsProbe, nextProbe } from './probe-schedule.js'
export { Seat } from './seat.js'
