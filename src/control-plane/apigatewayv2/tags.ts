// Tags of APIs and stages, by ARN.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html
import type {
  GetTagsRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-apigatewayv2'
import { parseArn } from '#model/arn.ts'
import { apisV2, stagesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkTags } from '../apigateway/tag-rules.ts'
import { apiOf, notFoundOf, stageOf } from './lookups.ts'

type Tags = Readonly<Record<string, string>>

interface Tagged {
  readonly tags: Tags
  write(call: WriteCall, tags: Tags): Promise<void>
}

export const getTags = async (
  input: Uncapitalized<GetTagsRequest>,
  call: ReadCall,
): Promise<{ readonly tags: Tags }> => {
  const { tags } = await taggedOf(call, input.resourceArn)
  return { tags }
}

export const tagResource = async (
  input: Uncapitalized<TagResourceRequest>,
  call: WriteCall,
): Promise<Record<never, never>> => {
  const tagged = await taggedOf(call, input.resourceArn)
  const tags = { ...tagged.tags, ...input.tags }
  checkTags(tags)
  await tagged.write(call, tags)
  return {}
}

export const untagResource = async (
  input: Uncapitalized<UntagResourceRequest>,
  call: WriteCall,
): Promise<void> => {
  const tagged = await taggedOf(call, input.resourceArn)
  const kept = Object.entries(tagged.tags).filter(([key]) => !input.tagKeys?.includes(key))
  await tagged.write(call, Object.fromEntries(kept))
}

// Tags are no part of a deployment: changing them deploys nothing.
const taggedOf = async (call: ReadCall, arn: string | undefined): Promise<Tagged> => {
  const { service, region, resource } = parseArn(arn ?? '') ?? {}
  if (service !== 'apigateway') throw badRequest(`Invalid ARN specified in the request: ${arn}`)
  const [, apiId, stageName] = /^\/apis\/([^/]+)(?:\/stages\/([^/]+))?$/.exec(resource ?? '') ?? []
  if (apiId === undefined || region !== call.region) {
    throw notFoundOf('Tag', `Invalid resource identifier specified ${arn}`)
  }
  if (stageName === undefined) {
    const api = await apiOf(call, apiId)
    const write: Tagged['write'] = ({ tx }, tags) => tx.put(apisV2, call, apiId, { ...api, tags })
    return { tags: api.tags ?? {}, write }
  }
  const stage = await stageOf(call, apiId, stageName)
  const write: Tagged['write'] = ({ tx }, tags) =>
    tx.put(stagesV2, call, `${apiId}/${stage.stageName}`, { ...stage, tags })
  return { tags: stage.tags ?? {}, write }
}
