// Tags of functions and of event source mappings. https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
import type {
  ListTagsRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-lambda'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { checkPattern, invalidParameter, resourceNotFound } from './errors.ts'
import { functionRecord } from './lookups.ts'
import { referenceOf } from './names.ts'
import { eventSourceMappings, eventSourceMappingTags, functions } from './records.ts'

type Tags = Readonly<Record<string, string>>

/** Something that has tags. */
interface Tagged {
  readonly tags: Tags
  readonly put: (tags: Tags, call: WriteCall) => Promise<void>
}

/** AWS: 50. [guide: configuration-tags] */
const TAGS_MAX = 50

export const checkTags = (tags: Tags = {}): void => {
  for (const [key, value] of Object.entries(tags)) {
    if (/^aws:/i.test(key)) {
      throw invalidParameter('Tag keys starting with aws: are reserved for system use.')
    }
    checkPattern('tags', key, key.length >= 1 && key.length <= 128, '.{1,128}')
    checkPattern('tags', value, value.length <= 256, '.{0,256}')
  }
  if (Object.keys(tags).length > TAGS_MAX)
    throw invalidParameter(`The number of tags exceeds the limit of ${TAGS_MAX}.`)
}

export const tagResource = async (input: Shape<TagResourceRequest>, call: WriteCall) => {
  const found = await tagged(input.Resource, call)
  return put(found, { ...found.tags, ...input.Tags }, call)
}

export const untagResource = async (input: Shape<UntagResourceRequest>, call: WriteCall) => {
  const found = await tagged(input.Resource, call)
  const left = Object.entries(found.tags).filter(([key]) => !input.TagKeys?.includes(key))
  return put(found, Object.fromEntries(left), call)
}

const put = async (found: Tagged, tags: Tags, call: WriteCall) => {
  checkTags(tags)
  await found.put(tags, call)
  return {}
}

export const listTags = async (input: Shape<ListTagsRequest>, call: ReadCall) => ({
  Tags: (await tagged(input.Resource, call)).tags,
})

const MAPPING = /^arn:[^:]+:lambda:([^:]+):(\d{12}):event-source-mapping:([0-9a-f-]{36})$/

const tagged = async (arn: string | undefined, call: ReadCall): Promise<Tagged> => {
  const [mapping, region, accountId, uuid = ''] = MAPPING.exec(arn ?? '') ?? []
  if (mapping !== undefined) {
    const isHere = region === call.region && accountId === call.accountId
    if (!isHere || (await call.view.get(eventSourceMappings, call, uuid)) === undefined)
      throw resourceNotFound('The resource you requested does not exist.')
    return {
      tags: (await call.view.get(eventSourceMappingTags, call, uuid)) ?? {},
      put: async (tags, its) => its.tx.put(eventSourceMappingTags, its, uuid, tags),
    }
  }
  const reference = referenceOf(arn, undefined, call)
  if (reference.qualifier !== undefined) {
    throw invalidParameter(
      'Tags on function aliases and versions are not supported. Please specify either a function ARN or an event source mapping ARN.',
    )
  }
  const record = await functionRecord(reference, call)
  return {
    tags: record.tags,
    put: async (tags, its) =>
      its.tx.put(functions, its, record.document.FunctionName, { ...record, tags }),
  }
}
