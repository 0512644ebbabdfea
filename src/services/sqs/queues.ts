// Queues: making, finding, changing and deleting them. What is in them is in messages.ts.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
import type {
  AddPermissionRequest,
  CreateQueueRequest,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueUrlRequest,
  ListDeadLetterSourceQueuesRequest,
  ListQueuesRequest,
  ListQueueTagsRequest,
  RemovePermissionRequest,
  SetQueueAttributesRequest,
  TagQueueRequest,
  UntagQueueRequest,
} from '@aws-sdk/client-sqs'
import { isObject } from '#shared/json.ts'
import type { Call } from '#model/call.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf } from '#wire/pagination.ts'
import type { QueueEngine } from './engine.ts'
import {
  invalidAttributeName,
  invalidParameter,
  missingParameter,
  overLimit,
  queueDoesNotExist,
  queueNameExists,
} from './errors.ts'
import { nameOfUrl, queueArn, type QueueRecord, queues, readRedrive } from './queue.ts'
import {
  allowsRedriveFrom,
  checkAttributes,
  shownAttributes,
  withoutEmpty,
} from './queue-attributes.ts'

const QUEUES_MAX = 100_000
const TAGS_MAX = 50
const PAGE_MAX = 1_000

/** Where a queue is called: at the address that the caller used, or at AWS's name of it where nobody called. */
export const queueUrl = (call: Call, name: string): string => {
  const { host, region, accountId } = call
  const isAws = host === undefined || host === '' || /(?:^|\.)amazonaws\.com(?::\d+)?$/i.test(host)
  const origin = isAws ? `https://sqs.${region}.amazonaws.com` : `http://${host}`
  return `${origin}/${accountId}/${name}`
}

export const queueOf = async (url: string | undefined, call: ReadCall): Promise<QueueRecord> => {
  const named = nameOfUrl(url ?? '')
  const found =
    named === undefined || named.accountId !== call.accountId
      ? undefined
      : await call.view.get(queues, call, named.name)
  if (found === undefined) throw queueDoesNotExist()
  return found
}

export const createQueue = async (input: Shape<CreateQueueRequest>, call: WriteCall) => {
  const name = input.QueueName ?? ''
  const attributes = withoutEmpty(input.Attributes ?? {})
  const isFifo = attributes['FifoQueue'] === 'true'
  if (!/^[\w-]{1,80}$/.test(isFifo ? name.replace(/\.fifo$/, '') : name) || name.length > 80) {
    throw invalidParameter(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    )
  }
  if (isFifo !== name.endsWith('.fifo')) {
    throw invalidParameter('The name of a FIFO queue can only end with the .fifo suffix.')
  }
  if (attributes['FifoQueue'] === 'false') throw invalidAttributeName('FifoQueue')
  checkAttributes(attributes, isFifo)
  checkTags(input.tags ?? {})
  const before = await call.view.get(queues, call, name)
  if (before !== undefined) {
    const other = Object.entries(attributes).find(
      ([key, value]) => before.attributes[key] !== value,
    )
    if (other !== undefined) throw queueNameExists(other[0])
    return { QueueUrl: queueUrl(call, name) }
  }
  await checkRedrive(name, attributes, call)
  if ((await call.view.list(queues, call, { limit: QUEUES_MAX })).length >= QUEUES_MAX) {
    throw overLimit(`There are ${QUEUES_MAX} queues already.`)
  }
  await call.tx.put(queues, call, name, {
    name,
    // A template's identifiers are the same each time, and its queue is another one each time it is made.
    queueId: `${call.ids.next(20)}${call.nowMs.toString(36)}`,
    attributes,
    tags: input.tags ?? {},
    createdMs: call.nowMs,
    modifiedMs: call.nowMs,
  })
  return { QueueUrl: queueUrl(call, name) }
}

/** AWS asks that the dead-letter queue exists, and that it lets this one in. */
const checkRedrive = async (
  name: string,
  attributes: Readonly<Record<string, string>>,
  call: WriteCall,
): Promise<void> => {
  const redrive = readRedrive(attributes['RedrivePolicy'])
  if (redrive === undefined) return
  const [, , , region = '', accountId = '', target = ''] = redrive.deadLetterArn.split(':')
  const found = await call.view.get(queues, { accountId, region }, target)
  if (found === undefined) {
    throw invalidParameter(
      `Value ${attributes['RedrivePolicy']} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    )
  }
  if (!allowsRedriveFrom(found, queueArn(call, name))) {
    throw invalidParameter(
      `Value ${attributes['RedrivePolicy']} for parameter RedrivePolicy is invalid. Reason: The dead-letter queue does not allow this queue in its RedriveAllowPolicy.`,
    )
  }
}

export const getQueueUrl = async (input: Shape<GetQueueUrlRequest>, call: ReadCall) => {
  const { QueueName = '', QueueOwnerAWSAccountId: owner } = input
  const isOurs = owner === undefined || owner === call.accountId
  const found = isOurs ? await call.view.get(queues, call, QueueName) : undefined
  if (found === undefined) throw queueDoesNotExist()
  return { QueueUrl: queueUrl(call, QueueName) }
}

export const listQueues = async (input: Shape<ListQueuesRequest>, call: ReadCall) => {
  const { QueueNamePrefix: prefix = '', MaxResults, NextToken } = input
  const all = await call.view.list(queues, call, { prefix })
  const { items, token } = pageOf(
    all.map(({ key }) => key),
    (name) => name,
    { limit: MaxResults ?? PAGE_MAX, after: decodeToken(NextToken) },
  )
  return {
    ...(items.length > 0 && { QueueUrls: items.map((name) => queueUrl(call, name)) }),
    ...(token !== undefined && MaxResults !== undefined && { NextToken: token }),
  }
}

const decodeToken = (token: string | undefined): string | undefined =>
  token === undefined ? undefined : Buffer.from(token, 'base64url').toString('utf8').slice(2)

export const deleteQueue =
  (engine: Pick<QueueEngine, 'forgetLater'>) =>
  async (input: Shape<DeleteQueueRequest>, call: WriteCall): Promise<void> => {
    const { name, queueId } = await queueOf(input.QueueUrl, call)
    engine.forgetLater({ accountId: call.accountId, region: call.region }, name, queueId)
    await call.tx.delete(queues, call, name)
  }

export const getQueueAttributes =
  (engine: QueueEngine) => async (input: Shape<GetQueueAttributesRequest>, call: ReadCall) => {
    const record = await queueOf(input.QueueUrl, call)
    const asked = input.AttributeNames ?? []
    if (asked.length === 0) return {}
    const shown = shownAttributes(record, call, await engine.count(record.queueId), asked)
    const set = withoutEmpty(shown)
    return Object.keys(set).length === 0 ? {} : { Attributes: set }
  }

export const setQueueAttributes = async (
  input: Shape<SetQueueAttributesRequest>,
  call: WriteCall,
): Promise<void> => {
  const record = await queueOf(input.QueueUrl, call)
  const given = input.Attributes ?? {}
  if ('FifoQueue' in given && given['FifoQueue'] !== record.attributes['FifoQueue']) {
    throw invalidAttributeName('FifoQueue')
  }
  checkAttributes(given, record.attributes['FifoQueue'] === 'true')
  await checkRedrive(record.name, given, call)
  const attributes = withoutEmpty({ ...record.attributes, ...given })
  await call.tx.put(queues, call, record.name, { ...record, attributes, modifiedMs: call.nowMs })
}

export const listDeadLetterSourceQueues = async (
  input: Shape<ListDeadLetterSourceQueuesRequest>,
  call: ReadCall,
) => {
  const { name } = await queueOf(input.QueueUrl, call)
  const arn = queueArn(call, name)
  const all = await call.view.list(queues, call)
  const sources = all.filter(
    ({ value }) => readRedrive(value.attributes['RedrivePolicy'])?.deadLetterArn === arn,
  )
  return { queueUrls: sources.map(({ key }) => queueUrl(call, key)) }
}

export const listQueueTags = async (input: Shape<ListQueueTagsRequest>, call: ReadCall) => {
  const { tags } = await queueOf(input.QueueUrl, call)
  return Object.keys(tags).length === 0 ? {} : { Tags: tags }
}

export const tagQueue = async (input: Shape<TagQueueRequest>, call: WriteCall): Promise<void> => {
  const record = await queueOf(input.QueueUrl, call)
  const tags = { ...record.tags, ...input.Tags }
  checkTags(tags)
  await call.tx.put(queues, call, record.name, { ...record, tags })
}

export const untagQueue = async (
  input: Shape<UntagQueueRequest>,
  call: WriteCall,
): Promise<void> => {
  const record = await queueOf(input.QueueUrl, call)
  const gone = new Set(input.TagKeys)
  const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.has(key)))
  await call.tx.put(queues, call, record.name, { ...record, tags })
}

const checkTags = (tags: Readonly<Record<string, string>>): void => {
  if (Object.keys(tags).length > TAGS_MAX) {
    throw invalidParameter(`Too many tags added for queue. You can have at most ${TAGS_MAX}.`)
  }
}

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
  if (AWSAccountIds.length === 0) {
    throw missingParameter('The request must contain the parameter AWSAccountIds.')
  }
  const policy = policyOf(record)
  if (policy.Statement.some((one) => isObject(one) && one['Sid'] === Label)) {
    throw invalidParameter(`Value ${Label} for parameter Label is invalid. Reason: Already exists.`)
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
