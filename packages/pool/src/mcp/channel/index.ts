export { type ChannelOptions, connectSse, connectStdio } from './connect.js'
export type { SseTransportOptions } from './sse-transport.js'
