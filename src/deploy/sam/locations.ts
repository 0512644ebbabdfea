// CodeUri, DefinitionUri, ContentUri: a place in S3 as AWS wants it, or a path on this machine, which stays as it is.
import type { JsonValue } from '#shared/json.ts'
import { objectOf } from '../template/source.ts'
import { fail, resolved, type SamContext, type SamResource } from './context.ts'
import { isIntrinsic } from './draft.ts'

interface Members {
  readonly bucket: string
  readonly key: string
  readonly version: string
}

export const s3Location = (
  context: SamContext,
  resource: SamResource,
  property: string,
  members: Members,
): JsonValue | undefined => {
  const given = resolved(context, resource.properties[property])
  if (given === undefined || isIntrinsic(given)) return given
  if (typeof given === 'string') return fromText(context, resource, property, given, members)
  const object = objectOf(given)
  const { Bucket: bucket, Key: key, Version: version } = object ?? {}
  if (bucket === undefined || key === undefined) {
    fail(context, resource, [property], `\`${property}\` requires Bucket and Key`)
    return undefined
  }
  return {
    [members.bucket]: bucket,
    [members.key]: key,
    ...(version === undefined ? {} : { [members.version]: version }),
  }
}

const fromText = (
  context: SamContext,
  resource: SamResource,
  property: string,
  given: string,
  members: Members,
): JsonValue | undefined => {
  const match = /^s3:\/\/([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(given)
  if (match === null) {
    if (!given.includes('://')) return given
    fail(
      context,
      resource,
      [property],
      `\`${property}\` is not an S3 URI of the form s3://bucket/key`,
    )
    return undefined
  }
  const [, bucket = '', key = '', version] = match
  return {
    [members.bucket]: bucket,
    [members.key]: key,
    ...(version === undefined ? {} : { [members.version]: version }),
  }
}
