/**
 * Whether secrets may go there: TLS, or a host that is this machine (RFC 6761 section 6.3, RFC 5735, RFC 4291).
 */
export function isSecureUrl({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true
  const loopback = hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === '[::1]'
  return protocol === 'http:' && loopback
}
