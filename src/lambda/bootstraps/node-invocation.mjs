// One invocation: the context object, the three ways a handler may answer, and what is sent back.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
import { logError } from './node-console.mjs'
import { errorPayload } from './node-errors.mjs'
import { isStreaming, ResponseStream } from './node-streaming.mjs'

/** Resolves when the answer is on its way. Never rejects. */
export const invokeHandler = async (handler, invocation, client) => {
  const { requestId } = invocation
  try {
    const event = JSON.parse(invocation.body.utf8Slice())
    if (isStreaming(handler)) return await stream(handler, event, invocation, client)
    const body = serialize(await run(handler, event, invocation))
    void client.respond(requestId, body)
  } catch (error) {
    logError('Invoke Error', error)
    void client.fail(requestId, errorPayload(error), error?.name ?? typeof error)
  }
}

const serialize = (value) => {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null'
  } catch (error) {
    throw new Error('Unable to stringify response body', { cause: error })
  }
}

/** What to do when nothing is left that could answer. */
let whenEmpty
process.on('beforeExit', () => whenEmpty?.())

/** The handler's answer, by promise, by callback or by the context's old methods. */
const run = (handler, event, invocation) =>
  new Promise((resolve, reject) => {
    const context = contextOf(invocation)
    const settle = (error, value) => {
      whenEmpty = undefined
      if (error === undefined || error === null) resolve(value)
      else reject(error)
    }
    // AWS: nothing is left to do and nothing was answered: the answer is null.
    whenEmpty = () => settle(null, null)
    context.done = settle
    context.succeed = (value) => settle(null, value)
    context.fail = (error) => settle(error ?? 'handled')
    const callback = (error, value) => {
      if (context.callbackWaitsForEmptyEventLoop) whenEmpty = () => settle(error, value)
      else settle(error, value)
    }
    const result = handler(event, context, callback)
    if (typeof result?.then !== 'function') return
    result.then(
      (value) => settle(null, value),
      (error) => settle(error ?? String(error)),
    )
  })

const stream = async (handler, event, invocation, client) => {
  const response = new ResponseStream((contentType) =>
    client.startStream(invocation.requestId, contentType),
  )
  try {
    await handler(event, response, contextOf(invocation))
    await response.finished()
  } catch (error) {
    logError('Invoke Error', error)
    const type = error?.name ?? typeof error
    if (response.begun) await response.fail(type, errorPayload(error))
    else void client.fail(invocation.requestId, errorPayload(error), type)
  }
}

const contextOf = ({ requestId, deadlineMs, functionArn, clientContext }) => ({
  callbackWaitsForEmptyEventLoop: true,
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
  identity: undefined,
  invokedFunctionArn: functionArn,
  awsRequestId: requestId,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
})
