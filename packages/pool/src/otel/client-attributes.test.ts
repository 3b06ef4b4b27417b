import { expect, it } from 'vitest'
import { ClientAttributes } from './client-attributes.js'

const client = (endpointLabel: string) => ({ id: 'c1', endpointLabel, connection: { facts: { protocolVersion: '2026-07-28' } } })

it.each([
  ['http://10.1.2.3:8001/mcp', { 'server.address': '10.1.2.3', 'server.port': 8_001 }],
  ['https://mcp.example.com/mcp', { 'server.address': 'mcp.example.com', 'server.port': 443 }],
  ['http://mcp.example.com/', { 'server.address': 'mcp.example.com', 'server.port': 80 }],
  ['http://[::1]:80/mcp', { 'server.address': '::1', 'server.port': 80 }],
])('%s is reached over TCP', (label, where) => {
  expect(new ClientAttributes().of(client(label))).toEqual({
    'mcp_client_pool.client.id': 'c1',
    'mcp_client_pool.endpoint': label,
    'mcp.protocol.version': '2026-07-28',
    'network.transport': 'tcp',
    'network.protocol.name': 'http',
    ...where,
  })
})

it.each(['node server.js', 'my-server', 'http://'])('%s is a child process', (label) => {
  expect(new ClientAttributes().of(client(label))).toMatchObject({ 'network.transport': 'pipe' })
})

it('are made once for a connection, and anew for the next', () => {
  const clients = new ClientAttributes()
  const one: { id: string; endpointLabel: string; connection: { facts: { protocolVersion: string } } } = client('http://a/mcp')
  const before = clients.of(one)
  expect(clients.of(one)).toBe(before)
  one.connection = { facts: { protocolVersion: '2025-11-25' } }
  expect(clients.of(one)['mcp.protocol.version']).toBe('2025-11-25')
})
