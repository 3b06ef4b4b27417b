import type { Priority } from '../../ports.js'
import { type Definition, type NumberDefinition, single, twins } from './definition.js'

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low']
const OUTCOMES = ['ok', 'failed', 'ignored'] as const

const failed: NumberDefinition = {
  name: 'mcp_pool_requests_failed',
  type: 'counter',
  help: 'Requests without an answer, by the code of their error.',
  labels: ['method', 'tool', 'code'],
  *values({ calls }) {
    for (const [labels, { failures }] of calls) for (const [code, count] of failures) yield [{ ...labels, code }, count]
  },
}

/** What callers see: requests from their beginning to their end, repeats and waits included. */
export const callMetrics: readonly Definition[] = [
  {
    name: 'mcp_pool_requests_total',
    type: 'counter',
    help: 'Requests that ended, with an answer or without. Listen streams are none.',
    labels: ['method', 'tool'],
    values: ({ calls }) => calls.map(([labels, { durations }]) => [labels, durations.count]),
  },
  ...twins(failed),
  {
    name: 'mcp_pool_request_errors_total',
    type: 'counter',
    help: 'Requests whose answer is an error: of the protocol, or a result that the tool marked as one.',
    labels: ['method', 'tool', 'kind'],
    *values({ calls }) {
      for (const [labels, { errors, toolErrors }] of calls) {
        yield [{ ...labels, kind: 'protocol' }, errors]
        if ('tool' in labels) yield [{ ...labels, kind: 'tool' }, toolErrors]
      }
    },
  },
  {
    name: 'mcp_pool_request_duration',
    type: 'histogram',
    help: 'How long requests took, in seconds, as their callers saw it.',
    labels: ['method', 'tool'],
    values: ({ calls }) => calls.map(([labels, { durations }]) => [labels, durations]),
  },
  single('gauge', 'mcp_pool_requests_in_flight', 'Requests that are under way.', ({ statistics }) => statistics.inFlight),

  {
    name: 'mcp_pool_attempts_total',
    type: 'counter',
    help: 'Attempts at servers: ok, failed by the fault of the server, or ignored: given up, or answered with an error.',
    labels: ['outcome'],
    values: ({ tally: { attempts } }) => OUTCOMES.map((outcome) => [{ outcome }, attempts[outcome]]),
  },
  {
    name: 'mcp_pool_attempt_failures_total',
    type: 'counter',
    help: 'Attempts that failed by the fault of the server, by the code of their error.',
    labels: ['code'],
    values: ({ tally }) => Array.from(tally.attempts.failures, ([code, count]) => [{ code }, count]),
  },
  single('counter', 'mcp_pool_retries_total', 'Attempts that were made again elsewhere, or later.', ({ statistics }) => statistics.retries),
  single('counter', 'mcp_pool_hedges_total', 'Second attempts of requests whose first was slow.', ({ statistics }) => statistics.hedges),
  single('gauge', 'mcp_pool_retry_budget', 'Retries that the budget allows now.', ({ statistics }) => statistics.retryBudget),

  {
    name: 'mcp_pool_queue_depth',
    type: 'gauge',
    help: 'Requests that wait for a place, where there is a queue.',
    labels: ['priority'],
    values: ({ statistics: { queue } }) => (queue === undefined ? [] : PRIORITIES.map((priority) => [{ priority }, queue[priority]])),
  },
  {
    name: 'mcp_pool_queue_wait_seconds',
    type: 'histogram',
    help: 'How long requests waited for a place, in seconds, whether they got one or not.',
    labels: ['priority'],
    values: ({ statistics, tally }) => (statistics.queue === undefined ? [] : PRIORITIES.map((priority) => [{ priority }, tally.waits[priority]])),
  },
  {
    name: 'mcp_pool_queue_rejections_total',
    type: 'counter',
    help: 'Requests that were sent away from the queue: it was full, or they had waited long enough (timeout).',
    labels: ['reason'],
    values: ({ statistics: { queue } }) =>
      queue === undefined
        ? []
        : [
            [{ reason: 'full' }, queue.shed],
            [{ reason: 'timeout' }, queue.timedOut],
          ],
  },
]
