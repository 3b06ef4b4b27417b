export { type ChannelOptions, connectSse, connectStdio } from './connect.js'
