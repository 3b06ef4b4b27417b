/**
 * The trace context of a request, as fields of its `params._meta`, where there is no more to say than ids and flags. They are hex, so
 * no character of it needs escaping in JSON.
 */
export class TraceParent {
  readonly [field: string]: string | undefined
  readonly traceparent: string

  /** `version-trace-span-flags`; all of it hex. */
  constructor(traceparent: string) {
    this.traceparent = traceparent
  }
}
