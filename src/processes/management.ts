// The management APIs of this node: each service loaded when it is first asked for, called over HTTP by the world and
// directly by deploy/. Both ways end in the same operations.
import type { Scope } from '#model/scope.ts'
import { Bug, present } from '#shared/assert.ts'
import { type IdSource, randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { systemClock } from '#shared/clock.ts'
import type { Store, Transaction } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { coerceInput, validateInput } from '#wire/coerce.ts'
import { notImplemented } from '#wire/errors.ts'
import type { ServiceDestination } from '#wire/front-door.ts'
import type { WireRequest, WireResponse } from '#wire/message.ts'
import type { WireOperations } from '#wire/operation.ts'
import { createServiceServer, errorResponse, type ServiceServer } from '#wire/server.ts'
import { loadServiceTable, type ServiceTable, type TableName } from '#wire/table.ts'

interface LoadedService {
  readonly table: ServiceTable
  readonly operations: WireOperations<StoreCall>
}

/** Where each service's operations are. */
const OPERATIONS: Readonly<Record<TableName, () => Promise<WireOperations<StoreCall>>>> = {
  apigateway: async () =>
    (await import('#control-plane/apigateway/operations.ts')).apigatewayOperations,
  apigatewayv2: async () =>
    (await import('#control-plane/apigatewayv2/operations.ts')).apigatewayv2Operations,
  // Of Lambda's own API only Invoke is served (front-door.ts); the rest is refused by name.
  lambda: async () => ({}),
}

export interface Management {
  /** Answers a call that came over HTTP. */
  answer(destination: ServiceDestination, request: WireRequest): Promise<WireResponse>
  /** Calls an operation inside a transaction, with identifiers of the caller's. */
  call(
    service: TableName,
    operation: string,
    input: Readonly<Record<string, unknown>>,
    context: { readonly scope: Scope; readonly tx: Transaction; readonly ids: IdSource },
  ): Promise<Readonly<Record<string, unknown>>>
}

export const createManagement = (options: {
  readonly store: Store
  readonly onBug: (error: unknown, requestId: string) => void
}): Management => {
  const { store, onBug } = options
  const services = new Map<TableName, Promise<LoadedService>>()
  const servers = new Map<string, Promise<ServiceServer>>()
  const ids = randomIds(systemRandom)

  const load = (name: TableName): Promise<LoadedService> => {
    const known = services.get(name)
    if (known !== undefined) return known
    const loading = Promise.all([loadServiceTable(name), OPERATIONS[name]()]).then(
      ([table, operations]) => ({ table, operations }),
    )
    services.set(name, loading)
    return loading
  }

  const callOf = ({ accountId, region }: Scope): StoreCall => ({
    accountId,
    region,
    requestId: systemRandom.uuid(),
    nowMs: systemClock.nowMs(),
    ids,
    store,
  })

  /** One server per service and scope: there are as many as regions that somebody calls. */
  const serverOf = (name: TableName, scope: Scope): Promise<ServiceServer> => {
    const key = `${name} ${scope.accountId} ${scope.region}`
    const known = servers.get(key)
    if (known !== undefined) return known
    if (servers.size >= SERVERS_MAX) servers.clear()
    const making = load(name).then(({ table, operations }) =>
      createServiceServer<StoreCall>({
        table,
        operations,
        makeCall: () => callOf(scope),
        onBug,
      }),
    )
    servers.set(key, making)
    return making
  }

  return {
    answer: async (destination, request) => {
      const { service } = destination
      if (!isTableName(service)) {
        const message = `The service ${service} is not provided here. Lead its calls elsewhere: --endpoint ${service}=URL`
        return errorResponse(notImplemented(message), systemRandom.uuid())
      }
      return (await serverOf(service, destination))(request)
    },
    call: async (service, operation, input, { scope, tx, ids: derived }) => {
      const call = { ...callOf(scope), ids: derived, tx }
      if (service === 'lambda') return callFunctions(operation, input, call)
      const { table, operations } = await load(service)
      const run = operations[operation]
      if (run === undefined) throw new Bug(`no operation ${operation} of ${service}`)
      if (table.operation(operation) === undefined) {
        throw new Bug(`${operation} is not in the table of ${service}`)
      }
      const coerced = coerceInput(table, operation, input)
      validateInput(table, operation, coerced.input)
      // Proved by the operation's own shape, just above.
      const output = await run(coerced.input as never, call)
      return present(output ?? {}, operation) as Readonly<Record<string, unknown>>
    },
  }
}

/** Functions of a template are stored as they lie on this machine, which is not the shape of Lambda's own API. */
const callFunctions = async (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  call: StoreCall,
): Promise<Readonly<Record<string, unknown>>> => {
  const { functionOperations } = await import('#lambda/functions.ts')
  const operations: WireOperations<StoreCall> = functionOperations
  const run = present(operations[operation], `no operation ${operation} of lambda`)
  // deploy/ makes the input; lambda/functions.ts checks what a template can get wrong.
  return (await run(input as never, call)) as Readonly<Record<string, unknown>>
}

const SERVERS_MAX = 200

const isTableName = (service: string): service is TableName => Object.hasOwn(OPERATIONS, service)
