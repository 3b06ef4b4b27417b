import {
  type Baggage,
  createTraceState,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { W3CPropagator } from './w3c-propagator.js'

const propagator = new W3CPropagator()
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = '00f067aa0ba902b7'

function written(span: SpanContext | undefined, baggage?: Baggage): Record<string, string> {
  const carrier: Record<string, string> = {}
  const traced = span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span)
  propagator.inject(baggage === undefined ? traced : propagation.setBaggage(traced, baggage), carrier, defaultTextMapSetter)
  return carrier
}

const read = (carrier: Record<string, string>) => propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length }).filter((text) => !/^0+$/.test(text))

describe('W3CPropagator', () => {
  it('reads what it writes, for any span', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.nat(255), fc.boolean(), (traceId, spanId, traceFlags, hasState) => {
        const span = { traceId, spanId, traceFlags, ...(hasState && { traceState: createTraceState('a=1,b=2') }) }
        const found = trace.getSpanContext(read(written(span)))
        expect(found).toMatchObject({ traceId, spanId, traceFlags, isRemote: true })
        expect(found?.traceState?.serialize()).toBe(hasState ? 'a=1,b=2' : undefined)
      }),
    )
  })

  it('reads the baggage that it writes, for any keys and values', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1, maxLength: 9, unit: 'grapheme' }).filter((key) => key !== '__proto__'),
          fc.string({ maxLength: 20, unit: 'grapheme' }),
          { maxKeys: 8 },
        ),
        (values) => {
          const entries = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]))
          const carrier = written(undefined, propagation.createBaggage(entries))
          const found = propagation.getBaggage(read(carrier))?.getAllEntries() ?? []
          expect(Object.fromEntries(found.map(([key, { value }]) => [key, value]))).toEqual(values)
        },
      ),
    )
  })

  it('keeps the properties of baggage', () => {
    expect(written(undefined, propagation.getBaggage(read({ baggage: 'a=1;ttl=9;private, b = 2 ' })))).toEqual({ baggage: 'a=1;ttl=9;private,b=2' })
  })

  it('writes no more baggage than everybody has to take', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, { value: 'v' }]))
    expect(written(undefined, propagation.createBaggage(many))['baggage']?.split(',')).toHaveLength(64)
    const large = propagation.createBaggage({ large: { value: 'x'.repeat(8_192) }, small: { value: 'y' } })
    expect(written(undefined, large)).toEqual({ baggage: 'small=y' })
  })

  it.each([
    ['', undefined],
    ['garbage', undefined],
    [`00-${TRACE}-${SPAN}-01-more`, undefined],
    [`ff-${TRACE}-${SPAN}-01`, undefined],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [` 00-${TRACE}-${SPAN}-01 `, 1],
    // A version to come may say more.
    [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, 1],
  ])('of traceparent %j takes the flags %j', (traceparent, flags) => {
    expect(trace.getSpanContext(read({ traceparent }))?.traceFlags).toBe(flags)
  })

  it('writes nothing where there is nothing, and takes what is not text for nothing', () => {
    expect(written(undefined)).toEqual({})
    expect(written({ traceId: '0'.repeat(32), spanId: SPAN, traceFlags: 1 })).toEqual({})
    expect(read({ traceparent: 5, baggage: {} } as never)).toBe(ROOT_CONTEXT)
    expect(read({ baggage: ',=,;,%=1,x' })).toBe(ROOT_CONTEXT)
  })
})
