// One generic server for every service: it finds the operation, decodes and validates its input, calls it, and encodes
// what it answers, each in the service's protocol. An operation is then one typed function.
import type { Call } from '#model/call.ts'
import { isDiskFull } from '#shared/disk-full.ts'
import { bodyBytesMax } from './body-limits.ts'
import { awsJson } from './aws-json.ts'
import { awsQuery } from './aws-query.ts'
import { encodeError } from './encode.ts'
import { noRoom, notImplemented, ServiceError, tooLarge } from './errors.ts'
import { headerOf, parseTarget, type WireRequest, type WireResponse } from './message.ts'
import type { WireOperation, WireOperations } from './operation.ts'
import type { Protocol } from './protocol.ts'
import { restJson } from './rest-json.ts'
import { restXml } from './rest-xml.ts'
import type { ServiceTable, TableDocument } from './table.ts'
import { validate } from './validate.ts'

export interface ServiceServerOptions<Context extends Call> {
  readonly table: ServiceTable
  readonly operations: WireOperations<Context>
  readonly makeCall: (request: WireRequest) => Context
  /** Says who calls, before anything of the input is read. Throws the refusal. */
  readonly admit?: (operation: string, request: WireRequest, call: Context) => Promise<Context>
  /** Refuses what the caller may not do. Throws the refusal. */
  readonly authorize?: (
    operation: string,
    input: Readonly<Record<string, unknown>>,
    request: WireRequest,
    call: Context,
  ) => Promise<void>
  /** Something thrown that is no ServiceError. The client is told only the request id. */
  readonly onBug: (error: unknown, requestId: string) => void
  readonly bodyBytesMax?: number
}

export type ServiceServer = (request: WireRequest) => Promise<WireResponse>

export const createServiceServer = <Context extends Call>(
  options: ServiceServerOptions<Context>,
): ServiceServer => {
  const protocolOf = protocols(options.table.document)
  return async (request) => {
    const protocol = protocolOf(request)
    const call = options.makeCall(request)
    try {
      return await answer(options, protocol, request, call)
    } catch (error) {
      if (error instanceof ServiceError)
        return protocol.encodeError(error, call.requestId, options.table.error(error.code))
      options.onBug(error, call.requestId)
      const failure = isDiskFull(error) ? noRoom() : internalFailure(call.requestId)
      return protocol.encodeError(failure, call.requestId)
    }
  }
}

/** The service's own protocol; where it came from awsQuery, that for the clients that still send forms. */
const protocols = (document: TableDocument): ((request: WireRequest) => Protocol) => {
  switch (document.protocol) {
    case 'restJson1': {
      const rest = restJson(document)
      return () => rest
    }
    case 'restXml': {
      const rest = restXml(document)
      return () => rest
    }
    case 'awsQuery': {
      const query = awsQuery(document)
      return () => query
    }
    case 'awsJson1_0':
    case 'awsJson1_1': {
      const json = awsJson(document)
      if (document.version === undefined) return () => json
      const query = awsQuery(document)
      return ({ headers }) => (headerOf(headers, 'x-amz-target') === undefined ? query : json)
    }
  }
}

const answer = async <Context extends Call>(
  options: ServiceServerOptions<Context>,
  protocol: Protocol,
  request: WireRequest,
  call: Context,
): Promise<WireResponse> => {
  const { table, operations } = options
  if (request.body.length > (options.bodyBytesMax ?? bodyBytesMax(table.document.service, request)))
    throw tooLarge()
  const target = parseTarget(request.target)
  const route = protocol.route(request, target)
  const operation = route && table.operation(route.operation)
  if (!operation)
    throw unknownOperation(table.document, request.method, route?.operation ?? target.path)
  const run = implementation(operations, operation.name)
  if (!run) throw missing(table.document.service, operation.name)
  const admitted = (await options.admit?.(operation.name, request, call)) ?? call
  const input = await route.decode(operation)
  await options.authorize?.(operation.name, input, request, admitted)
  validate(operation, input, protocol.memberPath)
  // The input was read and checked by the operation's own shape, from which its parameter's type is made.
  const output = await run(input as never, admitted)
  return protocol.encodeOutput(operation, output, call.requestId)
}

const implementation = <Context extends Call>(
  operations: WireOperations<Context>,
  name: string,
): WireOperation<Context> | undefined =>
  Object.hasOwn(operations, name) ? operations[name] : undefined

const unknownOperation = (
  { protocol, service, version = '' }: TableDocument,
  method: string,
  named: string,
): ServiceError => {
  const name = named.slice(0, 200)
  if (protocol === 'awsQuery') {
    // AWS's words for a form with an action that it does not have.
    const message = `Could not find operation ${name} for version ${version}`
    return new ServiceError('InvalidAction', 400, message)
  }
  const isRest = protocol === 'restJson1'
  return new ServiceError(
    'UnknownOperationException',
    isRest ? 404 : 400,
    `${service} has no operation ${isRest ? `${method} ` : ''}${name}`,
  )
}

const missing = (service: string, operation: string): ServiceError =>
  notImplemented(`The operation ${operation} of ${service} is not implemented here.`)

const internalFailure = (requestId: string): ServiceError =>
  new ServiceError(
    'InternalFailure',
    500,
    `An internal error occurred. The log has it under request id ${requestId}.`,
  )

/** An error as an answer, for callers that refuse a request before any service sees it. */
export const errorResponse = (error: ServiceError, requestId: string): WireResponse =>
  encodeError(error, requestId)
