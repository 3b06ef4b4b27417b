/**
 * Names of attributes. Those without a prefix of ours are OpenTelemetry's: "Semantic conventions for Model Context Protocol (MCP)",
 * semantic-conventions-genai v0.1.0 (docs/gen-ai/mcp.md; formerly in semantic-conventions, from v1.39 on), status Development, and what
 * that takes from semantic-conventions v1.45 (RPC, JSON-RPC, network, server, error).
 */
export const ATTRIBUTE = {
  method: 'mcp.method.name',
  protocolVersion: 'mcp.protocol.version',
  sessionId: 'mcp.session.id',
  resourceUri: 'mcp.resource.uri',
  operation: 'gen_ai.operation.name',
  tool: 'gen_ai.tool.name',
  prompt: 'gen_ai.prompt.name',
  requestId: 'jsonrpc.request.id',
  statusCode: 'rpc.response.status_code',
  errorType: 'error.type',
  transport: 'network.transport',
  protocolName: 'network.protocol.name',
  serverAddress: 'server.address',
  serverPort: 'server.port',

  /** Of metrics: the name of the pool. */
  pool: 'mcp_client_pool.name',
  /** Of metrics: `healthy` or `unhealthy`. */
  clientState: 'mcp_client_pool.client.state',
  /** Of metrics: `high`, `normal` or `low`. */
  priority: 'mcp_client_pool.priority',
  /** Id of the client that was picked; of a call, of the one that answered or failed last. */
  client: 'mcp_client_pool.client.id',
  /** Label of its endpoint. */
  endpoint: 'mcp_client_pool.endpoint',
  /** Attempts that a call took. */
  attempts: 'mcp_client_pool.attempts',
  /** Of those, second ones beside a slow first one. Only where there were any. */
  hedges: 'mcp_client_pool.hedges',
  /** Seconds that a call waited for a place. Only where it did. */
  queueDuration: 'mcp_client_pool.queue.duration',
  /** The `PoolError`'s: how far it got, which says whether it may have run. */
  progress: 'mcp_client_pool.progress',
  /** Counted from 1 in its call. */
  attemptNumber: 'mcp_client_pool.attempt.number',
  /** `first`, `retry` or `hedge`. */
  attemptReason: 'mcp_client_pool.attempt.reason',
  /** `answered`, `failed` or `given_up`. */
  attemptOutcome: 'mcp_client_pool.attempt.outcome',
  /** Why it was given up. */
  attemptGivenUp: 'mcp_client_pool.attempt.given_up.reason',
} as const

/** Events of a span: what the server sends while it works on the request. */
export const EVENT = {
  progress: 'notifications/progress',
  progressDone: 'mcp_client_pool.progress.done',
  progressTotal: 'mcp_client_pool.progress.total',
} as const
