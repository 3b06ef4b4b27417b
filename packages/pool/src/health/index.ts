export { ClientHealth, type HealthStatus } from './client-health.js'
export { firstProbe, nextProbe } from './probe-schedule.js'
