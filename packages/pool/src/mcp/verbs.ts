import type {
  CallToolRequest,
  CallToolResult,
  Client,
  CompleteRequest,
  CompleteResult,
  GetPromptRequest,
  GetPromptResult,
  ListPromptsRequest,
  ListPromptsResult,
  ListResourcesRequest,
  ListResourcesResult,
  ListResourceTemplatesRequest,
  ListResourceTemplatesResult,
  ListToolsRequest,
  ListToolsResult,
  Progress,
  ProtocolError,
  ReadResourceRequest,
  ReadResourceResult,
  RequestOptions,
  StandardSchemaV1,
} from '@modelcontextprotocol/client'
import { type Handlers, readVerbOptions, shown } from '../config/index.js'
import { PoolError } from '../errors.js'
import { answerWith, withHandled } from './handlers.js'
import type { JsonObject, Milliseconds } from '../ports.js'
import { type TransportCallOptions, withCallOptions } from './call-options.js'
import type { Engine } from './engine.js'
import { discoverResult } from './handshake.js'
import { isObject } from './json-object.js'
import { ping } from './ping.js'
import { SdkTransport, type TransportKind } from './sdk-transport.js'
import { VerbDeadline } from './verb-deadline.js'
import { verbError } from './verb-error.js'

/** Wishes for one call of a typed verb. */
export interface VerbOptions extends TransportCallOptions {
  /** Gives the call up; it then fails with `CANCELLED`. @default none */
  readonly signal?: AbortSignal | undefined
  /** Progress of the server, and of rounds in which it asks something. Servers report it only to who asks for it by this. @default none */
  readonly onprogress?: ((progress: Progress) => void) | undefined
}

/** Who the pool is to servers, and who answers them. */
export interface VerbsOptions {
  readonly clientInfo: { readonly name: string; readonly version: string }
  readonly capabilities: JsonObject
  readonly handlers: Handlers
  /** Bound of a whole verb, all its rounds and pages together. */
  readonly callTimeout: Milliseconds
}

/**
 * The methods of the protocol, typed as the SDK types them. All reject with a `PoolError` where there is no answer: `NO_HEALTHY_CLIENTS`,
 * `CONNECTION_LOST`, `HTTP_STATUS`, `REQUEST_TIMEOUT`, `CANCELLED` and the others of the table of codes; with `PROTOCOL` for a result that is
 * none, `CONFIG` for wrong arguments, `NOT_STARTED` and `SHUTTING_DOWN`; and with the SDK's `ProtocolError` for an error of the server.
 */
export interface PoolVerbs {
  /**
   * A tool that fails answers with `isError`, and does not throw.
   *
   * @throws PoolError `CANCELLED` also where the tool asks, and a handler of the pool's fails
   */
  callTool(params: CallToolRequest['params'], options?: VerbOptions): Promise<CallToolResult>
  /** All tools, every page of them; one page where a `cursor` is given. The same for the other lists. */
  listTools(params?: ListToolsRequest['params'], options?: VerbOptions): Promise<ListToolsResult>
  listPrompts(params?: ListPromptsRequest['params'], options?: VerbOptions): Promise<ListPromptsResult>
  /** @throws PoolError as `callTool` */
  getPrompt(params: GetPromptRequest['params'], options?: VerbOptions): Promise<GetPromptResult>
  listResources(params?: ListResourcesRequest['params'], options?: VerbOptions): Promise<ListResourcesResult>
  listResourceTemplates(params?: ListResourceTemplatesRequest['params'], options?: VerbOptions): Promise<ListResourceTemplatesResult>
  /** @throws PoolError as `callTool` */
  readResource(params: ReadResourceRequest['params'], options?: VerbOptions): Promise<ReadResourceResult>
  /** Completions for an argument of a prompt or of a resource template. @throws PoolError as the others */
  complete(params: CompleteRequest['params'], options?: VerbOptions): Promise<CompleteResult>
  /** Reaches one replica and comes back. */
  ping(options?: VerbOptions): Promise<void>
}

interface Connected {
  readonly client: Client
  readonly ProtocolError: typeof ProtocolError
}

/** The longest that a timer of Node takes: the SDK's own clock is out of the way, for the engine has one. */
const NEVER = 2_147_483_647
const PLAIN: RequestOptions = { timeout: NEVER }
const SPREAD: TransportKind = { callerTimes: false, unsolicited: true, own: true }

/**
 * `pool.callTool` and the other typed verbs: an SDK `Client` on a transport of the pool's own, so that types, validation of
 * outputs, caching, progress and multi-round-trip requests are the SDK's. Its calls are spread over all replicas.
 *
 * Only `PoolError` comes out, and the server's own errors as the SDK's `ProtocolError`. The client, and the SDK with it, is
 * loaded with the first call.
 */
export class TypedVerbs implements PoolVerbs {
  readonly #engine: Engine
  readonly #options: VerbsOptions
  readonly #asks: boolean
  /** Tools whose results the SDK has an output schema for, because they were listed here. */
  readonly #withOutputSchema = new Set<string>()
  #connected: Connected | undefined
  #connecting: Promise<Connected> | undefined

  constructor(engine: Engine, options: VerbsOptions) {
    this.#engine = engine
    this.#options = options
    this.#asks = Object.values(options.handlers).some((handler) => handler !== undefined)
  }

  callTool(params: CallToolRequest['params'], options?: VerbOptions): Promise<CallToolResult> {
    // Without `params` it is refused, in `#run` like all that is wrong.
    return this.#run(params, options, this.#withOutputSchema.has(params?.name) ? callTool : callPlainTool)
  }

  async listTools(params: ListToolsRequest['params'] = {}, options?: VerbOptions): Promise<ListToolsResult> {
    return this.#listed(await this.#list('tools', params, options, listTools, { tools: [] }), params.cursor === undefined)
  }

  listPrompts(params: ListPromptsRequest['params'] = {}, options?: VerbOptions): Promise<ListPromptsResult> {
    return this.#list('prompts', params, options, listPrompts, { prompts: [] })
  }

  getPrompt(params: GetPromptRequest['params'], options?: VerbOptions): Promise<GetPromptResult> {
    return this.#run(params, options, getPrompt)
  }

  listResources(params: ListResourcesRequest['params'] = {}, options?: VerbOptions): Promise<ListResourcesResult> {
    return this.#list('resources', params, options, listResources, { resources: [] })
  }

  listResourceTemplates(params: ListResourceTemplatesRequest['params'] = {}, options?: VerbOptions): Promise<ListResourceTemplatesResult> {
    return this.#list('resources', params, options, listResourceTemplates, { resourceTemplates: [] })
  }

  readResource(params: ReadResourceRequest['params'], options?: VerbOptions): Promise<ReadResourceResult> {
    return this.#run(params, options, readResource)
  }

  complete(params: CompleteRequest['params'], options?: VerbOptions): Promise<CompleteResult> {
    return this.#run(params, options, complete)
  }

  /** The SDK knows no `ping` in the modern era. */
  async ping(options: VerbOptions = {}): Promise<void> {
    const read = readVerbOptions(options)
    await this.#engine.ready()
    await ping(this.#engine, read)
  }

  #listed(result: ListToolsResult, isAll: boolean): ListToolsResult {
    if (isAll) this.#withOutputSchema.clear()
    for (const { name, outputSchema } of result.tools) if (outputSchema !== undefined) this.#withOutputSchema.add(name)
    return result
  }

  /** Whether any replica has it; where that is not known yet, the call finds out. */
  #has(capability: string): boolean {
    const facts = this.#engine.facts()
    return facts.length === 0 || facts.some(({ capabilities }) => capabilities[capability] !== undefined)
  }

  async #list<Params extends object, Result>(
    capability: string,
    params: Params,
    options: VerbOptions | undefined,
    verb: Verb<Params, Result>,
    nothing: Result,
  ): Promise<Result> {
    if (this.#has(capability)) return this.#run(params, options, verb)
    checked(params, options)
    await this.#engine.ready()
    return nothing
  }

  async #run<Params extends object, Result>(params: Params, given: VerbOptions | undefined, verb: Verb<Params, Result>): Promise<Result> {
    const options = checked(params, given)
    const { client, ProtocolError } = this.#connected ?? (await this.#connection())
    // Servers ask only where somebody answers; a list has pages. Every other verb is one call, which the engine times.
    if (this.#asks || LISTS.has(verb)) return this.#bounded(client, ProtocolError, params, options ?? {}, verb)
    if (options === undefined)
      return verb(client, params, PLAIN).catch((error: unknown) => Promise.reject(verbError(error, ProtocolError, undefined, undefined)))
    try {
      return await verb(client, withCallOptions(params, options), sdkOptions(options, undefined))
    } catch (error) {
      throw verbError(error, ProtocolError, options.signal, undefined)
    }
  }

  /**
   * The caller's signal and the time are the engine's, which knows how far a call got. While a handler works between two calls there
   * is no call of the engine, and they end the whole in this way.
   */
  async #bounded<Params extends object, Result>(
    client: Client,
    protocolError: typeof ProtocolError,
    params: Params,
    options: VerbOptions,
    verb: Verb<Params, Result>,
  ): Promise<Result> {
    const deadline = new VerbDeadline(this.#engine.timers, options.timeout ?? this.#options.callTimeout)
    const end = options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal])
    try {
      return await verb(client, withCallOptions(params, deadline.optionsFrom(options)), sdkOptions(options, end))
    } catch (error) {
      throw verbError(error, protocolError, options.signal, end)
    } finally {
      deadline.clear()
    }
  }

  #connection(): Promise<Connected> {
    this.#connecting ??= this.#connect().catch((error: unknown) => {
      this.#connecting = undefined
      throw error
    })
    return this.#connecting
  }

  async #connect(): Promise<Connected> {
    await this.#engine.ready()
    const { Client, ProtocolError } = await import('@modelcontextprotocol/client')
    const { clientInfo, capabilities, handlers } = this.#options
    const client = new Client({ ...clientInfo }, { capabilities: withHandled(capabilities, handlers) })
    answerWith(client, handlers)
    // No handshake: what the fleet can do changes with its replicas, and each call finds out by itself.
    const discover = { ...discoverResult(this.#engine.identity, []), supportedVersions: ['2026-07-28'], capabilities: EVERYTHING }
    await client.connect(new SdkTransport(this.#engine, {}, SPREAD), { prior: { kind: 'modern', discover } })
    this.#connected = { client, ProtocolError }
    return this.#connected
  }
}

const EVERYTHING = { tools: { listChanged: true }, prompts: { listChanged: true }, resources: { listChanged: true }, completions: {} }

/** The options, ready for use. @throws PoolError `CONFIG`, of parameters that are none too */
function checked(params: unknown, options: VerbOptions | undefined): VerbOptions | undefined {
  if (!isObject(params)) throw new PoolError('CONFIG', `params must be an object, got ${shown(params, false)}`)
  return options === undefined ? undefined : readVerbOptions(options)
}

function sdkOptions({ onprogress }: VerbOptions, end: AbortSignal | undefined): RequestOptions {
  const options: RequestOptions = { timeout: NEVER }
  if (onprogress !== undefined) options.onprogress = onprogress
  if (end !== undefined) options.signal = end
  return options
}

type Verb<Params, Result> = (client: Client, params: Params, options: RequestOptions) => Promise<Result>

const callTool: Verb<CallToolRequest['params'], CallToolResult> = (client, params, options) => client.callTool(params, options)

/**
 * The SDK's `callTool` for a tool without an output schema, and without what it does in vain then: it looks for that schema twice in its
 * cache of responses, for headers that each replica's connection adds by itself, and has a result checked again that it checked when it
 * decoded it. About a fifth of what such a call costs.
 */
const callPlainTool: Verb<CallToolRequest['params'], CallToolResult> = (client, params, options) =>
  client.request({ method: 'tools/call', params }, DECODED, options)

const DECODED: StandardSchemaV1<unknown, CallToolResult> = {
  '~standard': { version: 1, vendor: 'mcp-client-pool', validate: (result) => ({ value: result as CallToolResult }) },
}
const listTools: Verb<NonNullable<ListToolsRequest['params']>, ListToolsResult> = (client, params, options) => client.listTools(params, options)
const listPrompts: Verb<NonNullable<ListPromptsRequest['params']>, ListPromptsResult> = (client, params, options) => client.listPrompts(params, options)
const getPrompt: Verb<GetPromptRequest['params'], GetPromptResult> = (client, params, options) => client.getPrompt(params, options)
const listResources: Verb<NonNullable<ListResourcesRequest['params']>, ListResourcesResult> = (client, params, options) => client.listResources(params, options)
const listResourceTemplates: Verb<NonNullable<ListResourceTemplatesRequest['params']>, ListResourceTemplatesResult> = (client, params, options) =>
  client.listResourceTemplates(params, options)
const readResource: Verb<ReadResourceRequest['params'], ReadResourceResult> = (client, params, options) => client.readResource(params, options)
const complete: Verb<CompleteRequest['params'], CompleteResult> = (client, params, options) => client.complete(params, options)

const LISTS: ReadonlySet<unknown> = new Set([listTools, listPrompts, listResources, listResourceTemplates])
