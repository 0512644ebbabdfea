// The pool: every function this process runs, and the three ways of invoking one.
import type { Clock } from '#shared/clock.ts'
import { isObject } from '#shared/json.ts'
import type { Random } from '#shared/random.ts'
import type { FunctionDocument } from '#model/function.ts'
import type {
  InvokeAnswer,
  InvokeFunction,
  InvokeFunctionStream,
  InvokeRequest,
} from '#model/ports.ts'
import { FUNCTION_PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import { Capacity } from './capacity.ts'
import { EventInvocations } from './event-invocations.ts'
import { FunctionInstances, type Refusal } from './function-instances.ts'
import type { Outcome } from './function-process.ts'
import { logStreamName, type OnFunctionLog } from './invocation-log.ts'
import { dependencyNotice, installDependencies } from './dependencies.ts'
import { completePoolSettings, type FunctionPoolSettings } from './pool-settings.ts'
import { prepareLaunch } from './runtimes.ts'
import { createCodeWatches } from './watch.ts'

export interface FunctionPoolOptions {
  readonly clock: Clock
  readonly random: Random
  readonly settings: FunctionPoolSettings
  readonly onLog: OnFunctionLog
  /** One line that the developer should see; told once per text. */
  readonly onNotice: (functionName: string, text: string) => void
  /** The code of a function has changed and is used from now on; `file` began it. */
  readonly onReload?: (functionName: string, file: string) => void
}

export interface FunctionPool {
  readonly invoke: InvokeFunction
  readonly invokeStream: InvokeFunctionStream
  /** Adds a function or replaces it; what runs finishes with the old one. `inspectPort`: its debugger's. */
  put(document: FunctionDocument, options?: { readonly inspectPort?: number }): void
  remove(functionArn: string): void
  get(functionArn: string): FunctionDocument | undefined
  /** Takes changed code up, as the watch does. */
  reload(functionArn: string): void
  close(): Promise<void>
}

interface PooledFunction {
  readonly document: FunctionDocument
  readonly instances: FunctionInstances
  readonly events: EventInvocations
  readonly inspectPort: number | undefined
  /** Invocations that are running or waiting, against the reserved concurrency. */
  active: number
  stopWatching: () => void
}

/** AWS: an asynchronous invocation carries at most 1 MB. [guide: gettingstarted-limits, 2025-10] */
const EVENT_BYTES_MAX = 1024 * 1024
/** Notices remembered so that each is told once. */
const NOTICES_MAX = 1000

export const createFunctionPool = (options: FunctionPoolOptions): FunctionPool => {
  const { clock, random, onLog } = options
  const settings = completePoolSettings(options.settings)
  const capacity = new Capacity(settings.processesMax, settings.startsMax)
  const functions = new Map<string, PooledFunction>()
  const leaving = new Set<Promise<void>>()
  const told = new Set<string>()
  const watches = createCodeWatches(clock, settings.dataDir)

  const notice = (functionName: string, text: string): void => {
    const key = `${functionName} ${text}`
    if (told.has(key)) return
    if (told.size >= NOTICES_MAX) told.clear()
    told.add(key)
    options.onNotice(functionName, text)
  }

  const run = async (
    pooled: PooledFunction,
    request: InvokeRequest,
    requestId: string,
    streaming: boolean,
  ): Promise<Outcome | Refusal> => {
    const limit = pooled.document.ReservedConcurrentExecutions
    if (limit !== undefined && pooled.active >= limit) {
      return { kind: 'throttled', reason: 'reserved concurrency' }
    }
    pooled.active += 1
    try {
      const clientContext =
        request.clientContext === undefined ? undefined : clientContextOf(request.clientContext)
      const invocation = {
        requestId,
        payload: request.payload,
        functionArn: request.functionArn,
        ...(request.traceId !== undefined && { traceId: request.traceId }),
        ...(clientContext !== undefined && { clientContext }),
        streaming,
      }
      const outcome = pooled.instances.invoke(invocation)
      if (request.signal === undefined) return await outcome
      return await untilAborted(outcome, request.signal, () => pooled.instances.withdraw(requestId))
    } finally {
      pooled.active -= 1
    }
  }

  const invoke: InvokeFunction = async (request) => {
    const pooled = functions.get(unqualified(request.functionArn))
    const refused = refusal(request, pooled)
    if (refused !== undefined || pooled === undefined)
      return refused ?? notFound(request.functionArn)
    const requestId = random.uuid()
    if (request.invocationType === 'DryRun') return accepted(204, requestId)
    if (request.invocationType === 'Event') {
      return pooled.events.add(request, requestId) ? accepted(202, requestId) : throttled()
    }
    const outcome = await run(pooled, request, requestId, false)
    return outcome.kind === 'payload' ? answered(outcome, requestId) : throttled()
  }

  const invokeStream: InvokeFunctionStream = async (request) => {
    const pooled = functions.get(unqualified(request.functionArn))
    const refused = refusal(request, pooled)
    if (refused !== undefined || pooled === undefined)
      return refused ?? notFound(request.functionArn)
    const requestId = random.uuid()
    const outcome = await run(pooled, request, requestId, true)
    switch (outcome.kind) {
      case 'stream':
        return { kind: 'streaming', requestId, payload: outcome.payload }
      case 'payload':
        return answered(outcome, requestId)
      case 'throttled':
        return throttled()
    }
  }

  const retire = (pooled: PooledFunction): void => {
    pooled.stopWatching()
    pooled.events.close()
    const left = pooled.instances.drain().finally(() => leaving.delete(left))
    leaving.add(left)
  }

  const put: FunctionPool['put'] = (document, { inspectPort } = {}) => {
    const arn = document.FunctionArn
    const before = functions.get(arn)
    const instances = new FunctionInstances({
      document,
      settings,
      clock,
      capacity,
      processesMax: inspectPort === undefined ? settings.processesPerFunctionMax : 1,
      onLog,
      prepare: async () => {
        if (settings.build)
          await installDependencies(document, settings, (text) =>
            notice(document.FunctionName, text),
          )
        return prepareLaunch(document, {
          settings,
          ...(inspectPort !== undefined && { inspectPort }),
          onNotice: (text) => notice(document.FunctionName, text),
        })
      },
      nextLogStreamName: () => logStreamName(clock.nowMs(), random.uuid().replaceAll('-', '')),
      onInitFailure: (payload) => {
        const text = dependencyNotice(document, payload)
        if (text !== undefined) notice(document.FunctionName, text)
      },
    })
    const pooled: PooledFunction = {
      document,
      instances,
      events: new EventInvocations({
        settings,
        clock,
        run: (request, requestId) => run(pooled, request, requestId, false),
        onDropped: (requestId, reason) =>
          notice(
            document.FunctionName,
            `the asynchronous invocation ${requestId} was given up: ${reason}`,
          ),
      }),
      inspectPort,
      active: 0,
      stopWatching: () => undefined,
    }
    if (settings.watch && document.code.kind === 'directory') {
      pooled.stopWatching = watches.watch(document.code.path, {
        onChange: (file) => {
          instances.reload()
          options.onReload?.(document.FunctionName, file)
        },
        onError: (error) =>
          notice(document.FunctionName, `its code is not watched for changes: ${error.message}`),
      })
    }
    functions.set(arn, pooled)
    if (before !== undefined) retire(before)
  }

  return {
    invoke,
    invokeStream,
    put,
    remove: (functionArn) => {
      const pooled = functions.get(functionArn)
      functions.delete(functionArn)
      if (pooled !== undefined) retire(pooled)
    },
    get: (functionArn) => functions.get(unqualified(functionArn))?.document,
    reload: (functionArn) => functions.get(functionArn)?.instances.reload(),
    close: async () => {
      const all = [...functions.values()]
      functions.clear()
      for (const pooled of all) {
        pooled.stopWatching()
        pooled.events.close()
      }
      await Promise.all([...all.map((pooled) => pooled.instances.close()), ...leaving])
    },
  }
}

const refusal = (
  request: InvokeRequest,
  pooled: PooledFunction | undefined,
): Extract<InvokeAnswer, { kind: 'refused' }> | undefined => {
  if (pooled === undefined) return notFound(request.functionArn)
  const { invocationType, payload, clientContext } = request
  if (clientContext !== undefined && clientContextOf(clientContext) === undefined) {
    return {
      kind: 'refused',
      statusCode: 400,
      errorType: 'InvalidRequestContentException',
      message: 'Client context must be a valid Base64-encoded JSON object.',
    }
  }
  const bytesMax = invocationType === 'Event' ? EVENT_BYTES_MAX : FUNCTION_PAYLOAD_BYTES_MAX
  if (payload.byteLength <= bytesMax) return undefined
  return {
    kind: 'refused',
    statusCode: 413,
    errorType: 'RequestTooLargeException',
    message: `${payload.byteLength} byte payload is too large for the ${invocationType} invocation type (limit ${bytesMax} bytes)`,
  }
}

const notFound = (functionArn: string): Extract<InvokeAnswer, { kind: 'refused' }> => ({
  kind: 'refused',
  statusCode: 404,
  errorType: 'ResourceNotFoundException',
  message: `Function not found: ${functionArn}`,
})

const throttled = (): Extract<InvokeAnswer, { kind: 'refused' }> => ({
  kind: 'refused',
  statusCode: 429,
  errorType: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
})

const accepted = (statusCode: 202 | 204, requestId: string): InvokeAnswer => ({
  kind: 'answered',
  statusCode,
  payload: new Uint8Array(),
  requestId,
})

const answered = (
  outcome: Extract<Outcome, { kind: 'payload' }>,
  requestId: string,
): Extract<InvokeAnswer, { kind: 'answered' }> => ({
  kind: 'answered',
  statusCode: 200,
  ...(outcome.failed && { functionError: 'Unhandled' }),
  payload: outcome.payload,
  requestId,
  logTail: outcome.logTail,
})

/** `arn:aws:lambda:us-east-1:123456789012:function:name:qualifier` without its qualifier. */
const unqualified = (arn: string): string => {
  let colons = 0
  for (let index = 0; index < arn.length; index += 1) {
    if (arn.charCodeAt(index) === COLON && ++colons === 7) return arn.slice(0, index)
  }
  return arn
}

const COLON = 58

/** The JSON of a client context, in ASCII for a header; undefined where it is none. */
const clientContextOf = (encoded: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString())
    return isObject(value) ? asciiJson(value) : undefined
  } catch {
    return undefined
  }
}

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The outcome, or a rejection with the signal's reason; an invocation that has not begun is taken back. */
const untilAborted = (
  outcome: Promise<Outcome | Refusal>,
  signal: AbortSignal,
  withdraw: () => void,
): Promise<Outcome | Refusal> => {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome | Refusal>()
  const abort = (): void => {
    withdraw()
    reject(signal.reason)
  }
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  void outcome.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return promise
}
