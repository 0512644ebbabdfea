// One generic server for every restJson1 service: it finds the operation, decodes and validates its input, calls it,
// and encodes what it answers. An operation is then one typed function.
import type { Call } from '#model/call.ts'
import { decodeInput } from './decode.ts'
import { encodeError, encodeOutput } from './encode.ts'
import { notImplemented, ServiceError } from './errors.ts'
import { parseTarget, type WireRequest, type WireResponse } from './message.ts'
import type { WireOperation, WireOperations } from './operation.ts'
import { createRouter, type Router } from './router.ts'
import type { ServiceTable } from './table.ts'
import { validate } from './validate.ts'

/** The largest body of a management call: a definition or function payload of 6 MB, and room around it. */
export const BODY_BYTES_MAX = 6 * 1024 * 1024 + 64 * 1024

export interface ServiceServerOptions<Context extends Call> {
  readonly table: ServiceTable
  readonly operations: WireOperations<Context>
  readonly makeCall: (request: WireRequest) => Context
  /** Something thrown that is no ServiceError. The client is told only the request id. */
  readonly onBug: (error: unknown, requestId: string) => void
  readonly bodyBytesMax?: number
}

export type ServiceServer = (request: WireRequest) => Promise<WireResponse>

export const createServiceServer = <Context extends Call>(
  options: ServiceServerOptions<Context>,
): ServiceServer => {
  const router = createRouter(options.table.document)
  return async (request) => {
    const call = options.makeCall(request)
    try {
      return await answer(options, router, request, call)
    } catch (error) {
      if (error instanceof ServiceError)
        return encodeError(error, call.requestId, options.table.error(error.code))
      options.onBug(error, call.requestId)
      return encodeError(internalFailure(call.requestId), call.requestId)
    }
  }
}

const answer = async <Context extends Call>(
  options: ServiceServerOptions<Context>,
  router: Router,
  request: WireRequest,
  call: Context,
): Promise<WireResponse> => {
  const { table, operations } = options
  if (request.body.length > (options.bodyBytesMax ?? BODY_BYTES_MAX)) throw tooLarge()
  const target = parseTarget(request.target)
  const route = router(request.method, target)
  const operation = route && table.operation(route.operation)
  if (!operation) throw unknownOperation(table.document.service, request.method, target.path)
  const run = implementation(operations, operation.name)
  if (!run) throw missing(table.document.service, operation.name)
  const input = decodeInput(operation, request, route.labels, target.query)
  validate(operation, input)
  // The input was read and checked by the operation's own shape, from which its parameter's type is made.
  const output = await run(input as never, call)
  return encodeOutput(operation, output, call.requestId)
}

const implementation = <Context extends Call>(
  operations: WireOperations<Context>,
  name: string,
): WireOperation<Context> | undefined =>
  Object.hasOwn(operations, name) ? operations[name] : undefined

const unknownOperation = (service: string, method: string, path: string): ServiceError =>
  new ServiceError(
    'UnknownOperationException',
    404,
    `${service} has no operation ${method} ${path.slice(0, 200)}`,
  )

const missing = (service: string, operation: string): ServiceError =>
  notImplemented(`The operation ${operation} of ${service} is not implemented here.`)

const tooLarge = (): ServiceError =>
  new ServiceError('RequestEntityTooLargeException', 413, 'Request Too Long')

const internalFailure = (requestId: string): ServiceError =>
  new ServiceError(
    'InternalFailure',
    500,
    `An internal error occurred. The log has it under request id ${requestId}.`,
  )

/** An error as an answer, for callers that refuse a request before any service sees it. */
export const errorResponse = (error: ServiceError, requestId: string): WireResponse =>
  encodeError(error, requestId)
