// DynamoDB: an engine per account and region, opened when it is first asked, with its data in the data directory.
// Here a call finds its engine and what carries it out: calls.ts.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scope } from '#model/scope.ts'
import { isDiskFull } from '#shared/disk-full.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { notImplemented, ServiceError } from '#wire/errors.ts'
import { headerOf, type WireRequest, type WireResponse } from '#wire/message.ts'
import type { ServiceServerOptions } from '#wire/server.ts'
import { actionsOf, carryOutCall } from './calls.ts'
import { carryOutIntents } from './carry-out.ts'
import { passOn } from './change-feed.ts'
import { EngineError } from './engine-errors.ts'
import { type Engine, openEngine } from './engine.ts'
import { operationKinds } from './operations.ts'
import { readCall } from './request-bounds.ts'
import { intents } from './tables.ts'
import { createSweeper } from './time-to-live.ts'

/** Who may call, as wire/server.ts asks it. */
export type ServiceGate = Required<Pick<ServiceServerOptions<StoreCall>, 'admit' | 'authorize'>>

export interface DynamoDb {
  /** Deletes items whose time to live is over, a bounded number of them. */
  sweep(call: Pick<StoreCall, 'nowMs' | 'ids' | 'requestId'>): Promise<void>
  answer(request: WireRequest, call: StoreCall, gate: ServiceGate): Promise<WireResponse>
  /** Deletes all tables of all accounts. The store has forgotten them already. */
  clear(): Promise<void>
  close(): Promise<void>
}

export interface DynamoDbOptions {
  /** Its own folder within the data directory. */
  readonly folder: string
  readonly store: Store
  readonly onError: (error: unknown) => void
}

/** Each has files and memory of its own: more regions than this at once are a mistake or an attack. */
const ENGINES_MAX = 32

/** A count that no count of commits is. */
const NEVER = -1

interface OpenScope {
  readonly engine: Engine
  /** How many commits of intents there had been when they were last looked for. */
  seen: number
  carryingOut: Promise<void>
}

export const createDynamoDb = ({ folder, store, onError }: DynamoDbOptions): DynamoDb => {
  const scopes = new Map<string, Promise<OpenScope>>()
  let commits = 0
  const stopWatching = store.watch(({ touches }) => {
    if (touches(intents)) commits += 1
  })
  const scopeOf = (scope: Scope): Promise<OpenScope> => {
    const key = join(scope.accountId, scope.region)
    const known = scopes.get(key)
    if (known !== undefined) return known
    if (scopes.size >= ENGINES_MAX) {
      const message = `At most ${ENGINES_MAX} regions have tables at the same time here.`
      throw new ServiceError('LimitExceededException', 400, message)
    }
    const opening = openEngine(join(folder, key)).then(async (engine): Promise<OpenScope> => {
      // What a process had noted when it died.
      await passOn(engine, store, scope)
      return { engine, seen: NEVER, carryingOut: Promise.resolve() }
    })
    scopes.set(key, opening)
    // What could not be opened is tried again.
    opening.catch(() => scopes.delete(key))
    return opening
  }
  /** The engine, once it has all that was decided. */
  const engineOf = async (scope: Scope): Promise<Engine> => {
    const open = await scopeOf(scope)
    if (open.seen !== commits) {
      const seen = commits
      open.seen = seen
      open.carryingOut = open.carryingOut
        .catch(() => {}) // Who waited for it was told.
        .then(() => carryOutIntents(open.engine, store, scope, onError))
        .catch((error: unknown) => {
          // The next call tries it again.
          if (open.seen === seen) open.seen = NEVER
          throw error
        })
    }
    await open.carryingOut
    return open.engine
  }
  const close = async (): Promise<void> => {
    const opened = [...scopes.values()]
    scopes.clear()
    for (const opening of opened) await opening.then(({ engine }) => engine.close(), onError)
  }
  const sweeper = createSweeper(engineOf, onError)
  return {
    sweep: (call) => sweeper.sweep({ ...call, store }),
    answer: async (request, call, gate) => {
      try {
        return await answer(request, call, gate, { engineOf, onError })
      } catch (thrown) {
        const error = thrown instanceof EngineError ? refusalOf(thrown) : thrown
        if (error instanceof ServiceError) return errorAnswer(error, call.requestId)
        onError(error)
        const failure = isDiskFull(error) ? noRoom() : internalError(call.requestId)
        return errorAnswer(failure, call.requestId)
      }
    },
    clear: async () => {
      await close()
      await rm(folder, { recursive: true, force: true })
    },
    close: async () => {
      stopWatching()
      await close()
    },
  }
}

interface Engines {
  readonly engineOf: (scope: Scope) => Promise<Engine>
  readonly onError: (error: unknown) => void
}

const answer = async (
  request: WireRequest,
  call: StoreCall,
  gate: ServiceGate,
  { engineOf, onError }: Engines,
): Promise<WireResponse> => {
  const [prefix = '', operation = ''] = headerOf(request.headers, 'x-amz-target')?.split('.') ?? []
  const kind = prefix.startsWith('DynamoDB_') ? operationKinds.get(operation) : undefined
  const admitted = await gate.admit(operation, request, call)
  if (kind === undefined) throw unknownOperation(prefix, operation)
  if (kind === 'absent') {
    throw notImplemented(
      `The operation ${operation} of dynamodb is not implemented here. Lead its calls elsewhere: --endpoint dynamodb=URL`,
    )
  }
  const input = readCall(request.body)
  if (admitted.isEnforced === true) {
    // Several tables can be asked at once, and each is asked for.
    for (const [name, one] of actionsOf(operation, input))
      await gate.authorize(name, one, request, admitted)
  }
  const engine = await engineOf(call)
  const text = await carryOutCall(operation, kind, input, { engine, call: admitted, onError })
  return jsonAnswer(200, text, call.requestId)
}

const refusalOf = ({ code, message, details }: EngineError): ServiceError =>
  new ServiceError(code, 400, message, details)

const TYPE = 'application/x-amz-json-1.0'

const jsonAnswer = (
  statusCode: number,
  body: Uint8Array | string,
  requestId: string,
): WireResponse => ({
  statusCode,
  headers: ['Content-Type', TYPE, 'x-amzn-RequestId', requestId],
  body,
})

const errorAnswer = (error: ServiceError, requestId: string): WireResponse => {
  const { code, statusCode, message, details } = error
  const namespace = MODELLED.test(code) ? 'com.amazonaws.dynamodb.v20120810' : 'com.amazon.coral'
  const body = { __type: `${namespace}#${code}`, message, ...details }
  return jsonAnswer(statusCode, JSON.stringify(body), requestId)
}

const MODELLED =
  /^(?:Resource|Limit|Conditional|Table|Transaction|IdempotentParameter|InternalServerError)/

const unknownOperation = (prefix: string, operation: string): ServiceError =>
  prefix.startsWith('DynamoDBStreams')
    ? notImplemented(
        'The API of DynamoDB Streams is not provided here: event-source mappings read streams.',
      )
    : new ServiceError(
        'UnknownOperationException',
        400,
        `dynamodb has no operation ${operation.slice(0, 200)}`,
      )

const noRoom = (): ServiceError =>
  new ServiceError('InternalServerError', 500, 'There is no space left on the disk of this node.')

const internalError = (requestId: string): ServiceError =>
  new ServiceError(
    'InternalServerError',
    500,
    `An internal error occurred. The log has it under request id ${requestId}.`,
  )
