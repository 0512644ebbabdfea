// The pool: every function this process runs, and the ways of invoking one.
import type { Clock } from '#shared/clock.ts'
import type { Random } from '#shared/random.ts'
import type { FunctionDocument } from '#model/function.ts'
import type { InvokeFunction, InvokeFunctionStream } from '#model/ports.ts'
import { Capacity } from './capacity.ts'
import { isQualifier } from './functions.ts'
import { createTrust } from './home.ts'
import type { OnFunctionLog } from './invocation-log.ts'
import { accepted, answered, notFound, refusalOf, throttled } from './invoke-answers.ts'
import { completePoolSettings, type FunctionPoolSettings } from './pool-settings.ts'
import { PooledFunction, type PoolParts } from './pooled-function.ts'
import { createPythonFinder } from './python.ts'
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

/** The functions by their unqualified ARN, and those that are on their way out. */
interface Functions {
  readonly current: Map<string, PooledFunction>
  readonly leaving: Set<Promise<void>>
}

export const createFunctionPool = (options: FunctionPoolOptions): FunctionPool => {
  const parts = poolParts(options)
  const functions: Functions = { current: new Map(), leaving: new Set() }
  const { current, leaving } = functions
  return {
    invoke: invoker(functions, options.random),
    invokeStream: streamInvoker(functions, options.random),
    put: (document, { inspectPort } = {}) => {
      const arn = document.FunctionArn
      const before = retire(functions, arn)
      current.set(arn, new PooledFunction(document, parts, inspectPort, before))
    },
    remove: (functionArn) => {
      void retire(functions, functionArn)
    },
    get: (functionArn) => current.get(unqualified(functionArn))?.document,
    reload: (functionArn) => current.get(functionArn)?.reload(),
    close: async () => {
      const all = [...current.values()]
      current.clear()
      await Promise.all([...all.map((pooled) => pooled.close()), ...leaving])
    },
  }
}

const poolParts = (options: FunctionPoolOptions): PoolParts => {
  const { clock, random, onLog, onNotice, onReload = () => undefined } = options
  const settings = completePoolSettings(options.settings)
  return {
    clock,
    random,
    settings,
    capacity: new Capacity(settings.processesMax, settings.startsMax),
    watches: createCodeWatches(clock, settings.dataDir),
    findPython: createPythonFinder(settings.hostEnvironment),
    trust: createTrust(settings),
    onLog,
    onNotice: once(onNotice),
    onReload,
  }
}

/** Notices remembered so that each is told once. */
const NOTICES_MAX = 1000

const once = (onNotice: FunctionPoolOptions['onNotice']): FunctionPoolOptions['onNotice'] => {
  const told = new Set<string>()
  return (functionName, text) => {
    const key = `${functionName} ${text}`
    if (told.has(key)) return
    if (told.size >= NOTICES_MAX) told.clear()
    told.add(key)
    onNotice(functionName, text)
  }
}

const invoker =
  ({ current }: Functions, random: Random): InvokeFunction =>
  async (request) => {
    const pooled = findFunction(current, request.functionArn)
    if (pooled === undefined) return notFound(request.functionArn)
    const refused = refusalOf(request)
    if (refused !== undefined) return refused
    const requestId = random.uuid()
    switch (request.invocationType) {
      case 'DryRun':
        return accepted(204, requestId)
      case 'Event':
        return pooled.accept(request, requestId) ? accepted(202, requestId) : throttled()
      case 'RequestResponse': {
        const outcome = await pooled.run(request, requestId, false)
        return outcome.kind === 'payload' ? answered(outcome, requestId) : throttled()
      }
    }
  }

const streamInvoker =
  ({ current }: Functions, random: Random): InvokeFunctionStream =>
  async (request) => {
    const pooled = findFunction(current, request.functionArn)
    if (pooled === undefined) return notFound(request.functionArn)
    const refused = refusalOf(request)
    if (refused !== undefined) return refused
    const requestId = random.uuid()
    const outcome = await pooled.run(request, requestId, true)
    switch (outcome.kind) {
      case 'stream':
        return { kind: 'streaming', requestId, payload: outcome.payload }
      case 'payload':
        return answered(outcome, requestId)
      case 'throttled':
        return throttled()
    }
  }

/** Takes a function out; the promise is kept when all it was running is over. */
const retire = ({ current, leaving }: Functions, arn: string): Promise<void> | undefined => {
  const pooled = current.get(arn)
  if (pooled === undefined) return undefined
  current.delete(arn)
  const left = pooled.retire().finally(() => leaving.delete(left))
  leaving.add(left)
  return left
}

/** AWS: an alias or version that does not exist is a function that does not. [API reference: Invoke] */
const findFunction = (
  current: ReadonlyMap<string, PooledFunction>,
  functionArn: string,
): PooledFunction | undefined => {
  const arn = unqualified(functionArn)
  const pooled = current.get(arn)
  if (pooled === undefined || arn === functionArn) return pooled
  return isQualifier(pooled.document, functionArn.slice(arn.length + 1)) ? pooled : undefined
}

/** `arn:aws:lambda:us-east-1:123456789012:function:name:qualifier` without its qualifier. */
const unqualified = (arn: string): string => {
  let colons = 0
  for (let index = 0; index < arn.length; index += 1) {
    if (arn.charCodeAt(index) === COLON && ++colons === 7) return arn.slice(0, index)
  }
  return arn
}

const COLON = 58
