// How the host of `daemun serve` asks functions: over the unix socket of the functions process, which first takes in
// what has been committed. It may still be starting, or be starting again.
import type { Invoker } from '#lambda/invoke-api.ts'
import { request } from '#transport/node-http.ts'
import { withPatience } from './patience.ts'
import { PULL_PATH } from './pull-path.ts'

/** As long as it takes to start the process, on a slow machine. */
const PROCESS_WAIT_MS = 30_000
const CONNECTIONS_MAX = 100

export const reachFunctions = (socketPath: string): Invoker & { close(): Promise<void> } => {
  const load = async () => {
    const { createInvokeClient } = await import('#lambda/invoke-client.ts')
    return createInvokeClient({ socketPath, connectionsMax: CONNECTIONS_MAX, logTail: true })
  }
  let client: ReturnType<typeof load> | undefined
  const reached = async () => {
    await withPatience(() => pull(socketPath), PROCESS_WAIT_MS)
    return (client ??= load())
  }
  return {
    invoke: async (asked) => (await reached()).invokeFunction(asked),
    invokeStream: async (asked) => (await reached()).invokeFunctionStream(asked),
    close: async () => (await client)?.close(),
  }
}

const pull = (socketPath: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, path: PULL_PATH, method: 'POST', agent: false },
      (response) => {
        response.resume()
        if (response.statusCode === 204) resolve()
        else reject(new Error(`the functions process answers ${response.statusCode}`))
      },
    )
    sent.on('error', reject)
    sent.end()
  })
