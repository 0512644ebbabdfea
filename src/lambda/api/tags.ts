// Tags of functions. https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
import type {
  ListTagsRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-lambda'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { checkPattern, invalidParameter } from './errors.ts'
import { functionRecord } from './lookups.ts'
import { referenceOf } from './names.ts'
import { type FunctionRecord, functions } from './records.ts'

type Tags = Readonly<Record<string, string>>

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
  const record = await tagged(input.Resource, call)
  return put(record, { ...record.tags, ...input.Tags }, call)
}

export const untagResource = async (input: Shape<UntagResourceRequest>, call: WriteCall) => {
  const record = await tagged(input.Resource, call)
  const left = Object.entries(record.tags).filter(([key]) => !input.TagKeys?.includes(key))
  return put(record, Object.fromEntries(left), call)
}

const put = async (record: FunctionRecord, tags: Tags, call: WriteCall) => {
  checkTags(tags)
  await call.tx.put(functions, call, record.document.FunctionName, { ...record, tags })
  return {}
}

export const listTags = async (input: Shape<ListTagsRequest>, call: ReadCall) => ({
  Tags: (await tagged(input.Resource, call)).tags,
})

const tagged = async (arn: string | undefined, call: ReadCall): Promise<FunctionRecord> => {
  const reference = referenceOf(arn, undefined, call)
  if (reference.qualifier !== undefined) {
    throw invalidParameter(
      'Tags on function aliases and versions are not supported. Please specify either a function ARN or an event source mapping ARN.',
    )
  }
  return functionRecord(reference, call)
}
