// Tags of objects. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
import { isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import { parseTarget } from '#wire/message.ts'
import { malformedXml } from '#wire/rest-xml.ts'
import { bucketOf } from './buckets.ts'
import { noSuchKey } from './errors.ts'
import type { ObjectRecord } from './object-index.ts'
import type { Input, S3Call, S3Parts } from './parts.ts'

type Tags = ObjectRecord['tags']

const TAGS_MAX = 10

/** `a=1&b=2`, as in the header. */
export const parseTagging = (text: string): Tags => checked(parseTarget(`/?${text}`).query)

const checked = (pairs: readonly (readonly [string, string])[]): Tags => {
  if (pairs.length > TAGS_MAX)
    throw new ServiceError('BadRequest', 400, 'Object tags cannot be greater than 10')
  const tags = Object.fromEntries(pairs)
  const isValid = pairs.every(
    ([key, value]) => key !== '' && key.length <= 128 && value.length <= 256,
  )
  if (!isValid || Object.keys(tags).length !== pairs.length)
    throw new ServiceError('InvalidTag', 400, 'The TagKey or TagValue you have provided is invalid')
  return tags
}

const changeTags = async (
  input: Input,
  tags: Tags,
  call: S3Call,
  { index }: S3Parts,
): Promise<void> => {
  const { id } = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const record = await index.get(id, String(input['Key']))
  if (record === undefined) throw noSuchKey(String(input['Key']))
  await index.put(id, { ...record, tags }, (now) => {
    // It was replaced or deleted in the meantime: the tags were meant for another.
    if (now?.blobs[0]?.id !== record.blobs[0]?.id) throw noSuchKey(record.key)
  })
}

export const putObjectTagging = async (input: Input, call: S3Call, parts: S3Parts) => {
  const { Tagging: given } = input
  const set = isObject(given) && Array.isArray(given['TagSet']) ? given['TagSet'] : undefined
  if (set === undefined) throw malformedXml()
  const pairs = set.filter(isObject).map(({ Key, Value }) => [String(Key), String(Value)] as const)
  await changeTags(input, checked(pairs), call, parts)
  return {}
}

export const deleteObjectTagging = async (input: Input, call: S3Call, parts: S3Parts) => {
  await changeTags(input, {}, call, parts)
  return {}
}

export const getObjectTagging = async (input: Input, call: S3Call, { index }: S3Parts) => {
  const { id } = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const record = await index.get(id, String(input['Key']))
  if (record === undefined) throw noSuchKey(String(input['Key']))
  return { TagSet: Object.entries(record.tags).map(([Key, Value]) => ({ Key, Value })) }
}
