// The anchor of bench/websocket.ts: what `ws` does with nothing around it. Prints its port.
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => {
  socket.on('message', () => socket.send('{"id":"AAAAAAAAAAAAAAA="}'))
})
server.on('listening', () => {
  // A TCP server's address is never a string.
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
