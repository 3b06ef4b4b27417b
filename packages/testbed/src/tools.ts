import { setTimeout as sleep } from 'node:timers/promises'
import { flag, numeric, oneOf, text } from './arguments.js'
import type { InputRequest, JsonObject, ObjectSchema, ToolCall, ToolHints, ToolResult, ToolSpec } from './tool-spec.js'

/*
 * The tools that every server here has, so that a test means the same whichever era it talks to.
 *
 * Any tool takes a `key` and counts its execution under it; unsafe ones insist on it. Counted is the start: a test waits
 * for the count and then knows that the call is under way. A cancelled one is counted under `<tool>:cancelled` too, and a
 * question put to the client under `<tool>:asked`.
 */

const SAFE: ToolHints = { readOnlyHint: true }
const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const

export const echo: ToolSpec = {
  name: 'echo',
  description: 'Returns its text',
  annotations: { readOnlyHint: true, idempotentHint: true },
  inputSchema: schema({ text: { type: 'string' } }, ['text']),
  outputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  async run(args, call) {
    await counted('echo', args, call)
    const said = text(args, 'text')
    return { content: [{ type: 'text', text: said }], structuredContent: { text: said } }
  },
}

const add: ToolSpec = {
  name: 'add',
  description: 'Adds two numbers',
  annotations: SAFE,
  inputSchema: schema({ a: { type: 'number' }, b: { type: 'number' } }, ['a', 'b']),
  outputSchema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
  async run(args, call) {
    await counted('add', args, call)
    const sum = numeric(args, 'a') + numeric(args, 'b')
    return { content: [{ type: 'text', text: String(sum) }], structuredContent: { sum } }
  },
}

const append: ToolSpec = {
  name: 'append',
  description: 'Has an effect each time: must never run twice for one call',
  inputSchema: schema({}, ['key']),
  async run(args, call) {
    const key = text(args, 'key')
    await call.record('append', key)
    return said(`appended ${key}`)
  },
}

const slow: ToolSpec = {
  name: 'slow',
  description: 'Takes its time and reports progress',
  annotations: SAFE,
  inputSchema: schema({ ms: { type: 'number' }, steps: { type: 'integer' }, closeStream: { type: 'boolean' } }),
  async run(args, call) {
    await counted('slow', args, call)
    await takeTime('slow', args, call)
    return said(`slept ${numeric(args, 'ms', 0)} ms`)
  },
}

const slowAppend: ToolSpec = {
  name: 'slow-append',
  description: 'Has an effect each time, and takes its time over it',
  inputSchema: schema({ ms: { type: 'number' }, steps: { type: 'integer' }, closeStream: { type: 'boolean' } }, ['key']),
  async run(args, call) {
    const key = text(args, 'key')
    await call.record('slow-append', key)
    await takeTime('slow-append', args, call)
    return said(`appended ${key}`)
  },
}

const fail: ToolSpec = {
  name: 'fail',
  description: 'Answers that it failed: an answer like any other for whoever carries it',
  inputSchema: schema({}),
  async run(args, call) {
    await counted('fail', args, call)
    return { ...said('failed as asked'), isError: true }
  },
}

const whoami: ToolSpec = {
  name: 'whoami',
  description: 'Says which server, process and session answered',
  annotations: SAFE,
  inputSchema: schema({}),
  async run(args, call) {
    await counted('whoami', args, call)
    const who = { server: call.server.id, pid: process.pid, era: call.era, ...(call.sessionId !== undefined && { session: call.sessionId }) }
    return { content: [{ type: 'text', text: call.server.id }], structuredContent: who }
  },
}

const ask: ToolSpec = {
  name: 'ask',
  description: 'Asks the user for a name before it answers',
  inputSchema: schema({ message: { type: 'string' } }),
  run: (args, call) =>
    asking('ask', args, call, {
      method: 'elicitation/create',
      params: {
        mode: 'form',
        message: text(args, 'message', 'Who are you?'),
        requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      },
    }),
}

const sample: ToolSpec = {
  name: 'sample',
  description: "Asks the client's model before it answers",
  inputSchema: schema({ message: { type: 'string' } }),
  run: (args, call) =>
    asking('sample', args, call, {
      method: 'sampling/createMessage',
      params: { messages: [{ role: 'user', content: { type: 'text', text: text(args, 'message', 'Say something') } }], maxTokens: 16 },
    }),
}

const region: ToolSpec = {
  name: 'region',
  description: 'Has an argument that clients must mirror into a header',
  annotations: SAFE,
  inputSchema: schema({ region: { type: 'string', 'x-mcp-header': 'Region' } }, ['region']),
  async run(args, call) {
    await counted('region', args, call)
    return said(text(args, 'region'))
  },
}

const big: ToolSpec = {
  name: 'big',
  description: 'Returns that many bytes',
  annotations: SAFE,
  inputSchema: schema({ bytes: { type: 'integer' } }, ['bytes']),
  async run(args, call) {
    await counted('big', args, call)
    return said('x'.repeat(numeric(args, 'bytes')))
  },
}

const log: ToolSpec = {
  name: 'log',
  description: 'Sends a log message on the way',
  annotations: SAFE,
  inputSchema: schema({ level: { type: 'string', enum: LOG_LEVELS }, text: { type: 'string' } }),
  async run(args, call) {
    await counted('log', args, call)
    await call.log(oneOf(args, 'level', LOG_LEVELS, 'info'), text(args, 'text', 'logged as asked'))
    return said('logged')
  },
}

const touch: ToolSpec = {
  name: 'touch',
  description: 'Changes the counter resource, so that its subscribers are told',
  inputSchema: schema({}),
  async run(args, call) {
    await counted('touch', args, call)
    return said(`revision ${call.server.touch()}`)
  },
}

const mutate: ToolSpec = {
  name: 'mutate',
  description: 'Adds or removes a tool, resource or prompt, so that the list change is announced',
  inputSchema: schema(
    { what: { type: 'string', enum: ['tool', 'resource', 'prompt'] }, action: { type: 'string', enum: ['add', 'remove'] }, name: { type: 'string' } },
    ['what', 'action', 'name'],
  ),
  async run(args, call) {
    await counted('mutate', args, call)
    const what = oneOf(args, 'what', ['tool', 'resource', 'prompt'] as const)
    const action = oneOf(args, 'action', ['add', 'remove'] as const)
    call.server.mutate(what, action, text(args, 'name'))
    return said(`${action} ${what}`)
  },
}

/** All of them, in the order in which they are listed. */
export const TOOLS: readonly ToolSpec[] = [echo, add, append, slow, slowAppend, fail, whoami, ask, sample, region, big, log, touch, mutate]

function schema(properties: Record<string, JsonObject>, required: readonly string[] = []): ObjectSchema {
  return { type: 'object', properties: { ...properties, key: { type: 'string' } }, required }
}

function said(words: string): ToolResult {
  return { content: [{ type: 'text', text: words }] }
}

async function counted(tool: string, args: JsonObject, call: ToolCall): Promise<void> {
  if (args['key'] !== undefined) await call.record(tool, text(args, 'key'))
}

async function takeTime(tool: string, args: JsonObject, call: ToolCall): Promise<void> {
  const steps = Math.max(1, numeric(args, 'steps', 1))
  const pause = numeric(args, 'ms', 0) / steps
  try {
    for (let step = 1; step <= steps; step++) {
      await sleep(pause, undefined, { signal: call.signal })
      await call.progress(step, steps, `step ${step}`)
      if (step === 1 && flag(args, 'closeStream')) call.closeStream?.()
    }
  } catch (error) {
    if (call.signal.aborted) await call.record(`${tool}:cancelled`, text(args, 'key', ''))
    throw error
  }
}

/** Counted only when the answer has come: in the modern era the lines before it run once more than the call. */
async function asking(tool: string, args: JsonObject, call: ToolCall, request: InputRequest): Promise<ToolResult> {
  const answer = await call.ask(tool, request)
  await counted(tool, args, call)
  return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
}
