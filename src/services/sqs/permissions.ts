// AddPermission and RemovePermission: the short way to write statements into a queue's policy.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
import type { AddPermissionRequest, RemovePermissionRequest } from '@aws-sdk/client-sqs'
import { isObject } from '#shared/json.ts'
import type { WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter, missingParameter, overLimit } from './errors.ts'
import { queueArn, type QueueRecord, queues } from './queue.ts'
import { queueOf } from './queues.ts'

/** AWS: [API reference: AddPermission Actions; guide: quotas-policies] */
const ACTIONS: ReadonlySet<string> = new Set([
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
])
const ACTIONS_MAX = 7
const STATEMENTS_MAX = 20

interface Policy {
  readonly Version: string
  readonly Id?: string
  readonly Statement: readonly unknown[]
}

const policyOf = (record: QueueRecord): Policy => {
  const text = record.attributes['Policy']
  const read: unknown = text === undefined ? undefined : JSON.parse(text) // It was checked when it was set.
  const statements = isObject(read) ? read['Statement'] : []
  return {
    Version: '2012-10-17',
    ...(isObject(read) && read),
    Statement: Array.isArray(statements) ? statements : [statements],
  }
}

export const addPermission = async (
  input: Shape<AddPermissionRequest>,
  call: WriteCall,
): Promise<void> => {
  const record = await queueOf(input.QueueUrl, call)
  const { Label, AWSAccountIds = [], Actions = [] } = input
  if (!/^[\w-]{1,80}$/.test(Label ?? '')) {
    throw invalidParameter(
      `Value ${String(Label).slice(0, 80)} for parameter Label is invalid. Reason: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.`,
    )
  }
  if (AWSAccountIds.length === 0) {
    throw missingParameter('The request must contain the parameter AWSAccountIds.')
  }
  if (Actions.length === 0) {
    throw missingParameter('The request must contain the parameter Actions.')
  }
  const stranger = AWSAccountIds.find((id) => !/^\d{12}$/.test(id))
  if (stranger !== undefined) {
    throw invalidParameter(
      `Value [${stranger.slice(0, 100)}] for parameter PrincipalId is invalid. Reason: Unable to verify.`,
    )
  }
  const unknown = Actions.find((action) => !ACTIONS.has(action))
  if (unknown !== undefined) {
    throw invalidParameter(
      `Value SQS:${unknown.slice(0, 100)} for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action.`,
    )
  }
  if (Actions.length > ACTIONS_MAX) {
    throw overLimit(`${Actions.length} Actions were found, maximum allowed is ${ACTIONS_MAX}.`)
  }
  const policy = policyOf(record)
  if (policy.Statement.some((one) => isObject(one) && one['Sid'] === Label)) {
    throw invalidParameter(`Value ${Label} for parameter Label is invalid. Reason: Already exists.`)
  }
  if (policy.Statement.length >= STATEMENTS_MAX) {
    throw overLimit(`A policy has at most ${STATEMENTS_MAX} statements.`)
  }
  const statement = {
    Sid: Label,
    Effect: 'Allow',
    Principal: { AWS: AWSAccountIds.map((id) => `arn:aws:iam::${id}:root`) },
    Action: Actions.map((action) => `SQS:${action}`),
    Resource: queueArn(call, record.name),
  }
  await savePolicy(record, { ...policy, Statement: [...policy.Statement, statement] }, call)
}

export const removePermission = async (
  input: Shape<RemovePermissionRequest>,
  call: WriteCall,
): Promise<void> => {
  const record = await queueOf(input.QueueUrl, call)
  const policy = policyOf(record)
  const left = policy.Statement.filter((one) => !isObject(one) || one['Sid'] !== input.Label)
  if (left.length === policy.Statement.length) {
    throw invalidParameter(
      `Value ${input.Label} for parameter Label is invalid. Reason: can't find label.`,
    )
  }
  await savePolicy(record, { ...policy, Statement: left }, call)
}

const savePolicy = async (record: QueueRecord, policy: Policy, call: WriteCall): Promise<void> => {
  const { Policy: _, ...rest } = record.attributes
  const attributes =
    policy.Statement.length === 0 ? rest : { ...rest, Policy: JSON.stringify(policy) }
  await call.tx.put(queues, call, record.name, { ...record, attributes, modifiedMs: call.nowMs })
}
