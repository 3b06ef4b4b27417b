export type JsonObject = Record<string, unknown>

/** A tool as both eras serve it: JSON Schema out, plain JSON in, and nothing of either SDK. */
export interface ToolSpec {
  readonly name: string
  readonly description: string
  readonly inputSchema: ObjectSchema
  readonly outputSchema?: ObjectSchema
  readonly annotations?: ToolHints
  run(args: JsonObject, call: ToolCall): ToolResult | Promise<ToolResult>
}

export interface ObjectSchema {
  readonly type: 'object'
  readonly properties: Record<string, JsonObject>
  readonly required?: readonly string[]
}

export interface ToolHints {
  readonly readOnlyHint?: boolean
  readonly idempotentHint?: boolean
  readonly destructiveHint?: boolean
  readonly openWorldHint?: boolean
}

export interface ToolResult {
  readonly content: ReadonlyArray<{ readonly type: 'text'; readonly text: string }>
  readonly structuredContent?: JsonObject
  readonly isError?: boolean
}

/** What a server asks the client for in the middle of a call. */
export interface InputRequest {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list'
  readonly params?: JsonObject
}

export type LogLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency'

/** The server as its tools see it. */
export interface Surroundings {
  readonly id: string
  /** Raises the counter resource's revision and tells its subscribers. */
  touch(): number
  /** Adds a copy of something under a name, or takes it away, and announces that the list has changed. */
  mutate(what: 'tool' | 'resource' | 'prompt', action: 'add' | 'remove', name: string): void
}

/** One call as its tool sees it; each era's binding makes one. */
export interface ToolCall {
  readonly server: Surroundings
  readonly era: 'modern' | 'legacy'
  readonly sessionId: string | undefined
  /** Aborts when the client cancels, goes away, or the server closes. */
  readonly signal: AbortSignal
  /** Counts an execution, and returns once it is counted. */
  record(tool: string, key: string): Promise<void>
  /** Reports progress on the call's own stream; nothing happens if the client asked for none. */
  progress(progress: number, total: number, message?: string): Promise<void>
  /**
   * Asks the client. Legacy: a request on the call's stream. Modern: the call ends as `input_required` and the tool
   * runs again from its start when the answer has come, so nothing before this line may have an effect.
   */
  ask(name: string, request: InputRequest): Promise<JsonObject>
  log(level: LogLevel, text: string): Promise<void>
  /** Ends the call's SSE stream without an answer, so that the client must come back for it. Only where a stream can be resumed. */
  readonly closeStream: (() => void) | undefined
}
