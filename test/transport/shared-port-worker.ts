// A worker of the test in listen-address.test.ts: serves on the server that its parent sends, as processes/ does.
import { Server } from 'node:net'
import type { HttpListener } from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'

const name = process.argv[2] ?? ''
let listener: HttpListener | undefined

const serve = async (server: Server): Promise<void> => {
  listener = await startHttpListener({
    server,
    handler: () => ({ statusCode: 200, headers: [], body: name }),
    onError: (error) => {
      throw error
    },
  })
  process.send?.({ port: listener.port })
}

process.on('message', (_message, server: unknown) => {
  if (server instanceof Server) void serve(server)
  else void listener?.close().then(() => process.disconnect?.())
})
