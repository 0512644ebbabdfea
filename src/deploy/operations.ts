// The registries of the management APIs as one function, joined to the transaction of a deployment.
import { forgottenUserPoolParts, type UserPoolParts } from '#identity/cognito-idp/parts.ts'
import type { LambdaParts } from '#lambda/api/code.ts'
import { KEEPS_NOTHING } from '#lambda/code-store.ts'
import type { AskToConfirm } from '#services/sns/subscriptions.ts'
import type { QueueEngine } from '#services/sqs/engine.ts'
import { systemRandom } from '#shared/random.ts'
import { assert } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { Call } from '#model/call.ts'
import type { Scope } from '#model/scope.ts'
import type { Store, Transaction } from '#store/store.ts'
import type { Operation } from '#store/transactional.ts'
import type { CallOperation, ServiceName } from './cloudformation/resource-type.ts'

export interface OperationCall extends Pick<Call, 'certificateSeal'> {
  readonly scope: Scope
  readonly store: Store
  readonly tx: Transaction
  readonly nowMs: number
  readonly requestId: string
  /** Absent: nothing can be uploaded, and a template's functions lie on this machine anyway. */
  readonly lambda?: LambdaParts
  /** Absent: no bucket has anything in it. */
  readonly isBucketEmpty?: (bucketId: string) => Promise<boolean>
  /** Absent: the keys of pools are sealed with one that nobody keeps. */
  readonly userPools?: UserPoolParts
  /** Absent: nobody is sent anything, because nothing is made. */
  readonly messaging?: DeclaredMessaging
}

/** What the queues and subscriptions of a template draw on. */
export interface DeclaredMessaging extends Pick<QueueEngine, 'forgetLater'> {
  readonly askToConfirm: AskToConfirm
}

const SENDS_NOTHING: DeclaredMessaging = {
  forgetLater: () => undefined,
  askToConfirm: async () => undefined,
}

type Registry = Readonly<Record<string, Operation<never, unknown>>>

export const callOperations = ({
  scope,
  lambda = { codeStore: KEEPS_NOTHING },
  isBucketEmpty = async () => true,
  userPools = forgottenUserPoolParts(),
  messaging = SENDS_NOTHING,
  ...call
}: OperationCall): CallOperation => {
  const parts = { lambda, isBucketEmpty, userPools, messaging }
  const registries = new Map<ServiceName, Promise<Registry>>()
  const registryOf = (service: ServiceName): Promise<Registry> => {
    const known = registries.get(service) ?? REGISTRIES[service](parts)
    registries.set(service, known)
    return known
  }
  return async (service, operation, input, ids) => {
    const run = (await registryOf(service))[operation]
    assert(run !== undefined, `no operation ${service}.${operation}`)
    // The resource types write inputs by AWS's names; the operation checks them as it does a caller's.
    const output = await run(input as never, { ...call, ...scope, ids })
    return isObject(output) ? output : {}
  }
}

type Parts = Required<Pick<OperationCall, 'lambda' | 'isBucketEmpty' | 'userPools' | 'messaging'>>

/**
 * Loaded for the templates that need them: a start waits for what it loads. That a process's first deployment loads
 * inside its transaction keeps nobody waiting: nothing is served before it is done, and later ones load nothing.
 */
const REGISTRIES: Readonly<Record<ServiceName, (parts: Parts) => Promise<Registry>>> = {
  apigateway: async () => {
    const [{ apigatewayOperations }, { openapiOperations }] = await Promise.all([
      import('#control-plane/apigateway/operations.ts'),
      import('#control-plane/openapi/import-rest-api.ts'),
    ])
    return { ...apigatewayOperations, ...openapiOperations }
  },
  apigatewayv2: async () =>
    (await import('#control-plane/apigatewayv2/operations.ts')).apigatewayv2Operations,
  'cognito-identity': async () =>
    (await import('#identity/cognito-identity/operations.ts')).identityPoolOperations,
  'cognito-idp': async ({ userPools }) =>
    (await import('#identity/cognito-idp/operations.ts')).userPoolOperations(userPools),
  dynamodb: async () => (await import('#services/dynamodb/tables.ts')).declaredTableOperations,
  events: async () => (await import('#services/events/declared-rules.ts')).declaredRuleOperations,
  iam: async () => (await import('#identity/iam/operations.ts')).secretlessIamOperations,
  lambda: async ({ lambda }) =>
    (await import('#lambda/api/operations.ts')).lambdaOperations(lambda),
  s3: async ({ isBucketEmpty }) =>
    (await import('#services/s3/buckets.ts')).bucketOperations(isBucketEmpty),
  logs: async () => (await import('#observability/logs/operations.ts')).logGroupOperations,
  scheduler: async () => (await import('#services/scheduler/operations.ts')).schedulerOperations,
  sns: async ({ messaging }) =>
    (await import('#services/sns/declared-topics.ts')).declaredTopicOperations(
      systemRandom,
      messaging.askToConfirm,
    ),
  sqs: async ({ messaging }) =>
    (await import('#services/sqs/declared-queues.ts')).declaredQueueOperations(messaging),
}
