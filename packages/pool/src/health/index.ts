export { ClientHealth, type HealthStatus, type HealthThresholds } from './client-health.js'
export { firstProbe, nextProbe } from './probe-schedule.js'
