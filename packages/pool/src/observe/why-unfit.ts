import type { HealthRecord } from '../fleet/index.js'
import type { BreakerStatus, EjectionReason } from '../health/index.js'

type Fitness = Pick<HealthRecord, 'status' | 'lastError' | 'ejection'>

const EJECTED: Readonly<Record<EjectionReason, string>> = {
  failing: 'its calls failed far more often than those of the others',
  slow: 'its calls took far longer than those of the others',
  unresponsive: 'its calls are not answered',
}

const BROKEN: Readonly<Record<BreakerStatus, string | undefined>> = {
  open: 'its circuit breaker is open, for too many of its calls failed',
  'half-open': 'its circuit breaker lets some trial calls through, and no others',
  closed: undefined,
}

/** Why a client gets no calls, or fewer: a sentence for people. undefined: nothing stands in the way. */
export function whyUnfit({ status, lastError, ejection }: Fitness, breaker: BreakerStatus | undefined): string | undefined {
  const lastly = lastError === undefined ? '' : `: ${lastError}`
  switch (status) {
    case 'connecting':
      return 'it is being connected'
    case 'unhealthy':
      return `it failed too often in a row, and is being reconnected${lastly}`
    case 'disconnected':
      return `its connection is gone, and is being made again${lastly}`
    case 'recovering':
      return 'it is connected again, and has to answer some health checks first'
    case 'ejected':
      if (ejection === undefined) return 'it was taken out of use by hand'
      return `${EJECTED[ejection.reason]}; from ${new Date(ejection.until).toISOString()} on trial calls decide`
    case 'draining':
      return 'it leaves the pool: it takes no new calls, and is closed when those that it has are done'
    case 'healthy':
      return breaker === undefined ? undefined : BROKEN[breaker]
  }
}
