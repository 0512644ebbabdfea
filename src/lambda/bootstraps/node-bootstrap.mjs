// What runs a Node.js function: loads its handler, then takes one invocation after the other from the Runtime API.
// Shipped as it is: plain JavaScript, no dependencies, nothing of the gateway in it.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { installConsole, logError, setRequestId } from './node-console.mjs'
import { errorPayload, RuntimeError, unhandledRejection } from './node-errors.mjs'
import { invokeHandler } from './node-invocation.mjs'
import { loadHandler } from './node-modules.mjs'
import { RuntimeClient } from './node-runtime-client.mjs'
import { installStreaming } from './node-streaming.mjs'

const settings = JSON.parse(process.env._DAEMUN_BOOTSTRAP)
delete process.env._DAEMUN_BOOTSTRAP

enableCompileCache(settings.compileCache)
installConsole()
installStreaming()
if (settings.redirect !== undefined) {
  const { installRedirect } = await import('./node-redirect.mjs')
  installRedirect(settings.redirect)
}

const client = new RuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API)
/** The invocation that is being worked on. */
let current

const fatal = (thrown, logName, exitCode) => {
  logError(logName, thrown)
  const path = current === undefined ? 'init/error' : `invocation/${current.requestId}/error`
  void client.post(path, errorPayload(thrown), thrown?.name).finally(() => process.exit(exitCode))
}

process.on('uncaughtException', (thrown) => fatal(thrown, 'Uncaught Exception', 129))
process.on('unhandledRejection', (reason) => {
  fatal(unhandledRejection(reason), 'Unhandled Promise Rejection', 128)
})

let handler
try {
  handler = await loadHandler(settings)
} catch (thrown) {
  const error = RuntimeError.ofLoading(thrown)
  logError('Uncaught Exception', error)
  await client.post('init/error', errorPayload(error), error.name)
  process.exit(1)
}

for (let first = true; ; first = false) {
  if (first) setTimeout(flushCompileCache, 50).unref() // Kept for the next process; this one may be killed.
  current = await client.next()
  setRequestId(current.requestId)
  if (current.traceId === undefined) delete process.env._X_AMZN_TRACE_ID
  else process.env._X_AMZN_TRACE_ID = current.traceId
  await invokeHandler(handler, current, client)
}
