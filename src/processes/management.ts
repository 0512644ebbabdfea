// The management APIs of this node over HTTP: each service is loaded when it is first asked for.
import type { CredentialMint } from '#identity/temporary-credentials.ts'
import type { UserPoolParts } from '#identity/cognito-idp/parts.ts'
import type { FindTokenKey } from '#identity/sts/web-identity.ts'
import type { IssueCredentials, SealSecret } from '#model/ports.ts'
import type { LambdaParts } from '#lambda/api/code.ts'
import type { DynamoDb } from '#services/dynamodb/dynamodb.ts'
import type { S3 } from '#services/s3/s3.ts'
import type { DraftTests } from '#model/draft-tests.ts'
import type { LogEventStore } from '#observability/logs/event-store.ts'
import type { MetricStore } from '#observability/metrics/metric-store.ts'
import type { UsageCounters } from '#model/limits.ts'
import type { Scope } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import { isDiskFull } from '#shared/disk-full.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import type { Clock } from '#shared/clock.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { noRoom, notImplemented, type ServiceError } from '#wire/errors.ts'
import type { ServiceDestination } from '#wire/front-door.ts'
import type { WireRequest, WireResponse } from '#wire/message.ts'
import type { WireOperations } from '#wire/operation.ts'
import { createServiceServer, errorResponse, type ServiceServer } from '#wire/server.ts'
import { speaksXml, xmlErrorResponse } from '#wire/xml-error.ts'
import { loadServiceTable, type ServiceTable, type TableName } from '#wire/table.ts'
import type { MessagingParts } from './messaging.ts'
import type { ManagementGate } from './management-gate.ts'

interface LoadedService {
  readonly table: ServiceTable
  readonly operations: WireOperations<StoreCall>
}

/** What operations draw on beside their call. */
export interface ManagementParts {
  readonly mint: CredentialMint
  readonly findTokenKey: FindTokenKey
  readonly issueCredentials: IssueCredentials
  readonly lambda: LambdaParts
  readonly userPools: UserPoolParts
  readonly logEvents: LogEventStore
  readonly metrics: MetricStore
  /** Opened when it is first asked for. */
  readonly dynamodb: () => Promise<DynamoDb>
  readonly s3: () => Promise<S3>
  /** Queues, topics and buses: opened when one is first asked for. */
  readonly messaging: () => Promise<MessagingParts>
}

type LoadOperations = (parts: ManagementParts) => Promise<WireOperations<StoreCall>>

/** Where each service's operations are. */
const OPERATIONS: Readonly<Partial<Record<TableName, LoadOperations>>> = {
  apigateway: async () =>
    (await import('#control-plane/apigateway/operations.ts')).apigatewayOperations,
  apigatewayv2: async () =>
    (await import('#control-plane/apigatewayv2/operations.ts')).apigatewayv2Operations,
  'cognito-identity': async (parts) =>
    (await import('#identity/cognito-identity/operations.ts')).cognitoIdentityOperations(parts),
  'cognito-idp': async ({ userPools }) =>
    (await import('#identity/cognito-idp/operations.ts')).userPoolOperations(userPools),
  'cognito-sync': async () =>
    (await import('#identity/cognito-sync/operations.ts')).cognitoSyncOperations,
  iam: async ({ mint }) => (await import('#identity/iam/operations.ts')).iamOperations(mint),
  sts: async ({ mint, findTokenKey }) =>
    (await import('#identity/sts/operations.ts')).stsOperations(mint, findTokenKey),
  logs: async ({ logEvents }) =>
    (await import('#observability/logs/operations.ts')).logsOperations(logEvents),
  monitoring: async ({ metrics }) =>
    (await import('#observability/monitoring/operations.ts')).monitoringOperations(metrics),
  // Invoke is not among them: front-door.ts takes it to the functions.
  lambda: async ({ lambda }) =>
    (await import('#lambda/api/operations.ts')).lambdaOperations(lambda),
  sqs: async ({ messaging }) =>
    (await import('#services/sqs/operations.ts')).sqsOperations((await messaging()).queues),
  sns: async ({ messaging }) =>
    (await import('#services/sns/operations.ts')).snsOperations(
      (await messaging()).topics,
      systemRandom,
    ),
  scheduler: async ({ messaging }) => {
    await messaging() // It is there that schedules run.
    return (await import('#services/scheduler/operations.ts')).schedulerOperations
  },
  events: async ({ messaging }) =>
    (await import('#services/events/operations.ts')).eventsOperations((await messaging()).buses),
}

export interface Management {
  /** Answers a call that came over HTTP. */
  answer(destination: ServiceDestination, request: WireRequest): Promise<WireResponse>
}

export const createManagement = (options: {
  readonly store: Store
  /** Who may call. */
  readonly gate: ManagementGate
  readonly tests: DraftTests
  readonly clock: Clock
  readonly usage: UsageCounters
  readonly certificateSeal: SealSecret
  readonly parts: ManagementParts
  readonly onBug: (error: unknown, requestId: string) => void
}): Management => {
  const { store, gate, tests, clock, usage, certificateSeal, parts, onBug } = options
  const services = new Map<TableName, Promise<LoadedService>>()
  const servers = new Map<string, Promise<ServiceServer>>()
  const ids = randomIds(systemRandom)

  const load = (name: TableName): Promise<LoadedService> => {
    const known = services.get(name)
    if (known !== undefined) return known
    const operationsOf = present(OPERATIONS[name], `no operations of ${name}`)
    const loading = Promise.all([loadServiceTable(name), operationsOf(parts)]).then(
      ([table, operations]) => ({ table, operations }),
    )
    services.set(name, loading)
    // What could not be opened is tried again.
    loading.catch(() => services.delete(name))
    return loading
  }

  const callOf = ({ accountId, region }: Scope): StoreCall => ({
    accountId,
    region,
    requestId: systemRandom.uuid(),
    nowMs: clock.nowMs(),
    ids,
    store,
    tests,
    usage,
    certificateSeal,
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
        makeCall: ({ host, clientGone }) => ({
          ...callOf(scope),
          host,
          ...(clientGone !== undefined && { clientGone }),
        }),
        ...gate.ofService(table.document),
        onBug,
      }),
    )
    servers.set(key, making)
    making.catch(() => servers.delete(key))
    return making
  }

  const answerOf: Management['answer'] = async (destination, request) => {
    const { service } = destination
    if (service === 'dynamodb') {
      const dynamodb = await parts.dynamodb()
      return dynamodb.answer(request, callOf(destination), gate.ofService(DYNAMODB))
    }
    if (service === 's3') {
      return (await parts.s3()).answer(request, callOf(destination), gate.ofService(S3_SERVICE))
    }
    if (service === 's3-website') {
      return (await parts.s3()).answerWebsite(request, callOf(destination))
    }
    if (!isTableName(service)) {
      const message = `The service ${service} is not provided here. Lead its calls elsewhere: --endpoint ${service}=URL`
      return refusal(service, request, notImplemented(message))
    }
    return (await serverOf(service, destination))(request)
  }
  return {
    answer: async (destination, request) => {
      try {
        return await answerOf(destination, request)
      } catch (error) {
        // The service could not even be opened. It is tried again with the next call.
        if (!isDiskFull(error)) throw error
        onBug(error, '')
        return refusal(destination.service, request, noRoom())
      }
    },
  }
}

const refusal = (service: string, request: WireRequest, error: ServiceError): WireResponse =>
  speaksXml(service, request)
    ? xmlErrorResponse(service, error, systemRandom.uuid())
    : errorResponse(error, systemRandom.uuid())

const SERVERS_MAX = 200

/** They read and write their calls themselves. */
const S3_SERVICE = { service: 's3', signingName: 's3', protocol: 'restXml' } as const
const DYNAMODB = { service: 'dynamodb', signingName: 'dynamodb', protocol: 'awsJson1_0' } as const

const isTableName = (service: string): service is TableName => Object.hasOwn(OPERATIONS, service)
