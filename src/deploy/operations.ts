// The registries of the management APIs as one function, joined to the transaction of a deployment.
import { apigatewayOperations } from '#control-plane/apigateway/operations.ts'
import { apigatewayv2Operations } from '#control-plane/apigatewayv2/operations.ts'
import { openapiOperations } from '#control-plane/openapi/import-rest-api.ts'
import { identityPoolOperations } from '#identity/cognito-identity/operations.ts'
import { userPoolOperations } from '#identity/cognito-idp/operations.ts'
import { forgottenUserPoolParts, type UserPoolParts } from '#identity/cognito-idp/parts.ts'
import { secretlessIamOperations } from '#identity/iam/operations.ts'
import type { LambdaParts } from '#lambda/api/code.ts'
import { KEEPS_NOTHING } from '#lambda/code-store.ts'
import { logGroupOperations } from '#observability/logs/operations.ts'
import { lambdaOperations } from '#lambda/api/operations.ts'
import { bucketOperations } from '#services/s3/buckets.ts'
import { declaredTableOperations } from '#services/dynamodb/tables.ts'
import { declaredRuleOperations } from '#services/events/declared-rules.ts'
import { schedulerOperations } from '#services/scheduler/operations.ts'
import { declaredTopicOperations } from '#services/sns/declared-topics.ts'
import type { AskToConfirm } from '#services/sns/subscriptions.ts'
import { declaredQueueOperations } from '#services/sqs/declared-queues.ts'
import type { QueueEngine } from '#services/sqs/engine.ts'
import { systemRandom } from '#shared/random.ts'
import { assert } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import type { Store, Transaction } from '#store/store.ts'
import type { Operation } from '#store/transactional.ts'
import type { CallOperation, ServiceName } from './cloudformation/resource-type.ts'

export interface OperationCall {
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
  const registries: Readonly<Record<ServiceName, Registry>> = {
    apigateway: { ...apigatewayOperations, ...openapiOperations },
    apigatewayv2: apigatewayv2Operations,
    'cognito-identity': identityPoolOperations,
    'cognito-idp': userPoolOperations(userPools),
    dynamodb: declaredTableOperations,
    events: declaredRuleOperations,
    iam: secretlessIamOperations,
    lambda: lambdaOperations(lambda),
    s3: bucketOperations(isBucketEmpty),
    logs: logGroupOperations,
    scheduler: schedulerOperations,
    sns: declaredTopicOperations(systemRandom, messaging.askToConfirm),
    sqs: declaredQueueOperations(messaging),
  }
  return async (service, operation, input, ids) => {
    const run = registries[service][operation]
    assert(run !== undefined, `no operation ${service}.${operation}`)
    // The resource types write inputs by AWS's names; the operation checks them as it does a caller's.
    const output = await run(input as never, { ...call, ...scope, ids })
    return isObject(output) ? output : {}
  }
}
