// Tags of everything that has some, by ARN.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html
import type {
  GetTagsRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-apigatewayv2'
import { parseArn } from '#model/arn.ts'
import {
  apisV2,
  domainNames,
  portalProducts,
  portals,
  stagesV2,
  vpcLinksV2,
} from '#store/collections.ts'
import type { Collection } from '#store/store.ts'
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
  const { service, region, resource = '' } = parseArn(arn ?? '') ?? {}
  if (service !== 'apigateway') throw badRequest(`Invalid ARN specified in the request: ${arn}`)
  const [root, kind = '', id = '', part, name = '', ...rest] = resource.split('/')
  if (root !== '' || rest.length > 0 || region !== call.region) throw notTagged(arn)
  if (kind === 'apis' && part === 'stages') {
    const { stageName } = await stageOf(call, id, name)
    return taggedRow(call, stagesV2, `${id}/${stageName}`, arn)
  }
  if (part !== undefined) throw notTagged(arn)
  if (kind === 'apis') return taggedRow(call, apisV2, (await apiOf(call, id)).apiId, arn)
  if (kind === 'vpclinks') return taggedRow(call, vpcLinksV2, id, arn)
  if (kind === 'domainnames') return taggedRow(call, domainNames, id, arn)
  if (kind === 'portals') return taggedRow(call, portals, id, arn)
  if (kind === 'portalproducts') return taggedRow(call, portalProducts, id, arn)
  throw notTagged(arn)
}

const notTagged = (arn: string | undefined) =>
  notFoundOf('Tag', `Invalid resource identifier specified ${arn}`)

const taggedRow = async <T extends { readonly tags?: Tags }>(
  call: ReadCall,
  rows: Collection<T>,
  key: string,
  arn: string | undefined,
): Promise<Tagged> => {
  const row = await call.view.get(rows, call, key)
  if (row === undefined) throw notTagged(arn)
  return {
    tags: row.tags ?? {},
    write: ({ tx }, tags) => tx.put(rows, call, key, { ...row, tags }),
  }
}
