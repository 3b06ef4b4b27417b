/**
 * A tool's result for people: its texts as they are, and one line for whatever a terminal cannot show. Where there is no
 * content at all, the structured result stands in for it.
 */
export function resultText(result: Readonly<Record<string, unknown>>): string {
  const content: readonly unknown[] = Array.isArray(result['content']) ? result['content'] : []
  if (content.length > 0) return content.map(blockText).join('\n')
  return result['structuredContent'] === undefined ? '' : JSON.stringify(result['structuredContent'], undefined, 2)
}

function blockText(block: unknown): string {
  if (typeof block !== 'object' || block === null) return JSON.stringify(block)
  const { type, text, mimeType, data, uri, resource }: Record<string, unknown> = { ...block }
  if (type === 'text' && typeof text === 'string') return text
  if ((type === 'image' || type === 'audio') && typeof data === 'string') return `[${type} ${said(mimeType)}, ${byteLength(data)} bytes: --json prints it]`
  if (type === 'resource_link') return said(uri)
  if (type === 'resource') return resourceText(resource)
  return JSON.stringify(block)
}

function resourceText(resource: unknown): string {
  if (typeof resource !== 'object' || resource === null) return JSON.stringify(resource)
  const { uri, mimeType, text, blob }: Record<string, unknown> = { ...resource }
  if (typeof text === 'string') return text
  return `[resource ${said(uri)} ${said(mimeType)}, ${typeof blob === 'string' ? byteLength(blob) : 0} bytes: --json prints it]`
}

function said(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function byteLength(base64: string): number {
  return Buffer.byteLength(base64, 'base64')
}
