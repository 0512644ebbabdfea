// Queues: making, finding, changing and deleting them. What is in them is in messages.ts.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
import type {
  CreateQueueRequest,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueUrlRequest,
  ListDeadLetterSourceQueuesRequest,
  ListQueuesRequest,
  ListQueueTagsRequest,
  SetQueueAttributesRequest,
  TagQueueRequest,
  UntagQueueRequest,
} from '@aws-sdk/client-sqs'
import type { Call } from '#model/call.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { keyOf, pageOf } from '#wire/pagination.ts'
import type { QueueEngine } from './engine.ts'
import {
  invalidAttributeName,
  invalidParameter,
  overLimit,
  queueDoesNotExist,
  queueNameExists,
} from './errors.ts'
import { range } from './outgoing.ts'
import { nameOfUrl, queueArn, type QueueRecord, queues, readRedrive } from './queue.ts'
import {
  allowsRedriveFrom,
  checkAttributes,
  checkTogether,
  shownAttributes,
  withDefaults,
  withoutEmpty,
  withoutOther,
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
  checkTogether(attributes)
  checkTags(input.tags ?? {})
  const before = await call.view.get(queues, call, name)
  if (before !== undefined) {
    const now = withDefaults(before.attributes)
    const other = Object.entries(attributes).find(([key, value]) => now[key] !== value)
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
  const { urls, next } = pageOfUrls(
    all.map(({ key }) => key),
    { MaxResults, NextToken },
    call,
  )
  return { ...(urls.length > 0 && { QueueUrls: urls }), ...next }
}

/** AWS: without MaxResults the first thousand, and no word of more. [API reference: ListQueues] */
const pageOfUrls = (
  names: readonly string[],
  {
    MaxResults,
    NextToken,
  }: { readonly MaxResults: number | undefined; readonly NextToken: string | undefined },
  call: ReadCall,
) => {
  const limit = range('MaxResults', MaxResults ?? PAGE_MAX, 1, PAGE_MAX)
  const { items, token } = pageOf(names, (name) => name, { limit, after: keyOfToken(NextToken) })
  return {
    urls: items.map((name) => queueUrl(call, name)),
    ...(token !== undefined && MaxResults !== undefined && { next: { NextToken: token } }),
  }
}

const keyOfToken = (token: string | undefined): string | undefined => {
  if (token === undefined || token === '') return undefined
  const key = keyOf(token)
  if (key === undefined) throw invalidParameter('Invalid or expired next token.')
  return key
}

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
  const attributes = withoutEmpty({ ...withoutOther(record.attributes, given), ...given })
  checkTogether(attributes)
  await call.tx.put(queues, call, record.name, { ...record, attributes, modifiedMs: call.nowMs })
}

export const listDeadLetterSourceQueues = async (
  input: Shape<ListDeadLetterSourceQueuesRequest>,
  call: ReadCall,
) => {
  const { name } = await queueOf(input.QueueUrl, call)
  const { MaxResults, NextToken } = input
  const arn = queueArn(call, name)
  const all = await call.view.list(queues, call)
  const sources = all.filter(
    ({ value }) => readRedrive(value.attributes['RedrivePolicy'])?.deadLetterArn === arn,
  )
  const { urls, next } = pageOfUrls(
    sources.map(({ key }) => key),
    { MaxResults, NextToken },
    call,
  )
  return { queueUrls: urls, ...next }
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
  for (const [key, value] of Object.entries(tags)) {
    const isOurs = /^aws:/i.test(key)
    if (!isOurs && TAG_TEXT.test(key) && key.length <= 128 && key !== '') {
      if (value.length <= 256 && TAG_TEXT.test(value)) continue
    }
    throw invalidParameter(
      `Tag ${key.slice(0, 128)} is invalid. Keys have 1 to 128 and values up to 256 letters, digits, spaces and characters of _.:/=+-@, and no key begins with aws:.`,
    )
  }
}

/** AWS: [guide: quotas-queues, Queue tag] */
const TAG_TEXT = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u
