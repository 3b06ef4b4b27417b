/** Whether a client is fit for calls: by probes, by its breaker, by what its calls came to. */

export { type BreakerStatus, CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js'
export { ClientHealth, type HealthStatus } from './client-health.js'
export { type EjectionOptions, Ejections, type EjectionsPorts, type HealthChange } from './ejections.js'
export { type EjectionReason } from './evidence/suspicion.js'
export { firstProbe, nextProbe } from './probe-schedule.js'
export { Seat } from './seat.js'
