// The pool: every function this process runs, and the ways of invoking one.
import type { Clock } from '#shared/clock.ts'
import type { Random } from '#shared/random.ts'
import type { FunctionDocument, FunctionRouting } from '#model/function.ts'
import type { DeliverMessage, InvokeFunction, InvokeFunctionStream } from '#model/ports.ts'
import { Capacity } from './capacity.ts'
import { createTrust } from './home.ts'
import type { InvocationJournal } from './event-invocations.ts'
import type { OnFunctionLog } from './invocation-log.ts'
import { accepted, answered, notFound, refusalOf, throttled } from './invoke-answers.ts'
import { completePoolSettings, type FunctionPoolSettings } from './pool-settings.ts'
import { PoolMember, type Target, unqualified } from './pool-member.ts'
import type { PooledFunction, PoolParts } from './pooled-function.ts'
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
  /** Takes what became of asynchronous invocations to queues, topics and buses. Absent: a notice says that it cannot. */
  readonly deliver?: DeliverMessage | undefined
  /** Where asynchronous invocations are until they are done. Absent: they end with this process. */
  readonly journal?: InvocationJournal | undefined
}

export interface FunctionPool {
  readonly invoke: InvokeFunction
  readonly invokeStream: InvokeFunctionStream
  /** Adds a version or replaces it; what runs finishes with the old one. `inspectPort`: its debugger's. */
  put(document: FunctionDocument, options?: { readonly inspectPort?: number }): void
  /** Takes what is around a function's versions. */
  route(functionArn: string, routing: FunctionRouting): void
  /** Removes a version: `$LATEST` where the ARN has no qualifier. */
  remove(functionArn: string): void
  get(functionArn: string): FunctionDocument | undefined
  /** Takes changed code up, as the watch does. */
  reload(functionArn: string): void
  /** Runs what a process before this one has accepted and not done, of the functions that are there by now. */
  resume(): Promise<void>
  close(): Promise<void>
}

/** The functions by their unqualified ARN, and the versions that are on their way out. */
interface Members {
  readonly current: Map<string, PoolMember>
  readonly leaving: Set<Promise<void>>
}

export const createFunctionPool = (options: FunctionPoolOptions): FunctionPool => {
  const parts = poolParts(options)
  const members: Members = { current: new Map(), leaving: new Set() }
  const { current, leaving } = members
  const invoke = invoker(members, options.random)
  const memberOf = (arn: string): PoolMember => {
    const known = current.get(arn)
    if (known !== undefined) return known
    const member = new PoolMember({ arn, parts, invoke, deliver: options.deliver })
    current.set(arn, member)
    return member
  }
  return {
    invoke,
    invokeStream: streamInvoker(members, options.random),
    put: (document, { inspectPort } = {}) => {
      const member = memberOf(document.FunctionArn)
      const before = retire(members, member.take(document.Version ?? LATEST))
      member.put(document, inspectPort, before)
    },
    route: (functionArn, routing) => memberOf(functionArn).route(routing),
    remove: (functionArn) => {
      const arn = unqualified(functionArn)
      const member = current.get(arn)
      void retire(members, member?.take(functionArn.slice(arn.length + 1) || LATEST))
      if (member?.isEmpty !== true) return
      member.remove()
      current.delete(arn)
    },
    get: (functionArn) => current.get(unqualified(functionArn))?.latest?.document,
    reload: (functionArn) => current.get(functionArn)?.latest?.reload(),
    resume: async () => {
      for (const invocation of options.journal?.left() ?? []) {
        const { functionArn } = invocation.request
        const member = current.get(unqualified(functionArn))
        if (member !== undefined) member.resume(invocation)
        else await options.journal?.forget(invocation.requestId)
      }
    },
    close: async () => {
      const all = [...current.values()]
      current.clear()
      for (const member of all) member.close()
      const closing = all.flatMap((member) => member.all().map((pooled) => pooled.close()))
      await Promise.all([...closing, ...leaving])
    },
  }
}

const LATEST = '$LATEST'

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
    trust: createTrust(settings, options.clock),
    journal: options.journal,
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
  (members: Members, random: Random): InvokeFunction =>
  async (request) => {
    const member = members.current.get(unqualified(request.functionArn))
    const target = member?.find(request.functionArn)
    if (member === undefined || target === undefined) return notFound(request.functionArn)
    const refused = refusalOf(request)
    if (refused !== undefined) return refused
    const requestId = random.uuid()
    switch (request.invocationType) {
      case 'DryRun':
        return accepted(204, requestId)
      case 'Event':
        return (await member.accept(request, requestId)) ? accepted(202, requestId) : throttled()
      case 'RequestResponse': {
        const outcome = await target.pooled.run(request, requestId, false)
        return outcome.kind === 'payload'
          ? answered(outcome, requestId, target.version)
          : throttled()
      }
    }
  }

const streamInvoker =
  (members: Members, random: Random): InvokeFunctionStream =>
  async (request) => {
    const target = findTarget(members, request.functionArn)
    if (target === undefined) return notFound(request.functionArn)
    const refused = refusalOf(request)
    if (refused !== undefined) return refused
    const requestId = random.uuid()
    const { version: executedVersion, pooled } = target
    const outcome = await pooled.run(request, requestId, true)
    switch (outcome.kind) {
      case 'stream':
        return {
          kind: 'streaming',
          requestId,
          executedVersion,
          ...(outcome.contentType !== undefined && { contentType: outcome.contentType }),
          payload: outcome.payload,
        }
      case 'payload':
        return answered(outcome, requestId, executedVersion)
      case 'throttled':
        return throttled()
    }
  }

const findTarget = ({ current }: Members, functionArn: string): Target | undefined =>
  current.get(unqualified(functionArn))?.find(functionArn)

/** Takes a version out; the promise is kept when all it was running is over. */
const retire = (
  { leaving }: Members,
  pooled: PooledFunction | undefined,
): Promise<void> | undefined => {
  if (pooled === undefined) return undefined
  const left = pooled.retire().finally(() => leaving.delete(left))
  leaving.add(left)
  return left
}
