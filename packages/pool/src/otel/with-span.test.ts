import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { expect, it } from 'vitest'
import { withSpan } from './with-span.js'

it('is the context that the API makes of it', () => {
  const [key, other] = [createContextKey('one'), createContextKey('two')]
  const [span, another] = ['00f067aa0ba902b7', '00f067aa0ba902b8'].map((spanId) =>
    trace.wrapSpanContext({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId, traceFlags: 1 }),
  )
  const parent = trace.setSpan(ROOT_CONTEXT.setValue(key, 1), another!)
  const context = withSpan(parent, span!)
  expect([trace.getSpan(context), context.getValue(key), context.getValue(other)]).toEqual([span, 1, undefined])
  const more = context.setValue(other, 2)
  expect([trace.getSpan(more), more.getValue(key), more.getValue(other)]).toEqual([span, 1, 2])
  const less = more.deleteValue(key)
  expect([trace.getSpan(less), less.getValue(key), less.getValue(other)]).toEqual([span, undefined, 2])
  expect([trace.getSpan(trace.setSpan(context, another!)), trace.getSpan(context.deleteValue(key))]).toEqual([another, span])
  expect(trace.getSpan(trace.deleteSpan(context))).toBeUndefined()
})
