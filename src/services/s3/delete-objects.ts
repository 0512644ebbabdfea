// DeleteObject and DeleteObjects.
import { isObject } from '#shared/json.ts'
import { malformedXml } from '#wire/rest-xml.ts'
import { bucketOf } from './buckets.ts'
import { checkWrite } from './conditions.ts'
import { emit } from './object-events.ts'
import type { Input, S3Call, S3Parts } from './parts.ts'
import { refuseUnbuilt } from './put-object.ts'

/** AWS: at most a thousand in one call. */
const KEYS_MAX = 1_000

/** AWS: what is not there is deleted just as well. */
export const deleteObject = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  refuseUnbuilt(input)
  const key = String(input['Key'])
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  if (input['IfMatch'] !== undefined) checkWrite(input)(await parts.index.get(bucket.id, key))
  await remove(bucket, [key], call, parts)
  return {}
}

export const deleteObjects = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const { Delete: asked } = input
  const given = isObject(asked) && Array.isArray(asked['Objects']) ? asked['Objects'] : []
  const keys = given.filter(isObject).map((one) => {
    refuseUnbuilt(one)
    return String(one['Key'] ?? '')
  })
  if (keys.length === 0 || keys.length > KEYS_MAX || keys.includes('')) throw malformedXml()
  await remove(bucket, keys, call, parts)
  const isQuiet = isObject(asked) && asked['Quiet'] === true
  return isQuiet ? {} : { Deleted: keys.map((Key) => ({ Key })) }
}

const remove = async (
  bucket: Awaited<ReturnType<typeof bucketOf>>,
  keys: readonly string[],
  call: S3Call,
  parts: S3Parts,
): Promise<void> => {
  const gone = await parts.index.delete(bucket.id, keys)
  await parts.blobs.remove(gone.flatMap(({ blobs }) => blobs))
  for (const { key } of gone) emit('ObjectRemoved:Delete', bucket, { key }, call, parts)
}
