// How the host of `daemun serve` asks functions: over the unix socket of the functions process, which first takes in
// what has been committed. It may still be starting, or be starting again.
import { request } from 'node:http'
import { createInvokeClient } from '#lambda/invoke-client.ts'
import type { Invoker } from '#lambda/invoke-api.ts'
import { withPatience } from './patience.ts'

/** As long as it takes to start the process, on a slow machine. */
const PROCESS_WAIT_MS = 30_000
const CONNECTIONS_MAX = 100
/** On the functions process's socket: answered once everything committed is taken in. */
export const PULL_PATH = '/_daemun/pull'

export const reachFunctions = (socketPath: string): Invoker & { close(): Promise<void> } => {
  const client = createInvokeClient({
    socketPath,
    connectionsMax: CONNECTIONS_MAX,
    logTail: true,
  })
  return {
    invoke: async (asked) => {
      await withPatience(() => pull(socketPath), PROCESS_WAIT_MS)
      return client.invokeFunction(asked)
    },
    invokeStream: async (asked) => {
      await withPatience(() => pull(socketPath), PROCESS_WAIT_MS)
      return client.invokeFunctionStream(asked)
    },
    close: () => client.close(),
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
