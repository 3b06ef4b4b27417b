/** Its text is the id of the server that answered. */
export const IDENTITY_URI = 'note://identity'
/** Its text is a revision that the tool `touch` raises; subscribers are told. */
export const COUNTER_URI = 'note://counter'
/** A template: any item's text is its own name. `name` can be completed. */
export const ITEM_TEMPLATE = 'note://items/{name}'

export interface ResourceSpec {
  readonly uri: string
  readonly name: string
  readonly mimeType: string
}

export const RESOURCES: readonly ResourceSpec[] = [
  { uri: IDENTITY_URI, name: 'identity', mimeType: 'text/plain' },
  { uri: COUNTER_URI, name: 'counter', mimeType: 'text/plain' },
]

export const RESOURCE_TEMPLATES: ReadonlyArray<{ readonly uriTemplate: string; readonly name: string; readonly mimeType: string }> = [
  { uriTemplate: ITEM_TEMPLATE, name: 'item', mimeType: 'text/plain' },
]
