// Tags, by the ARN of what they are on. https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html
import type {
  GetTagsRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-api-gateway'
import { parseArn } from '#model/arn.ts'
import {
  apiKeys,
  clientCertificates,
  domainNameAccessAssociations,
  domainNames,
  restApis,
  usagePlans,
  vpcLinks,
} from '#store/collections.ts'
import type { Collection } from '#store/store.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { restApiOf, stageOf } from './lookups.ts'
import { checkTags } from './tag-rules.ts'
import { writeStage } from './stage-rules.ts'

type Tags = Readonly<Record<string, string>>

/** Something with tags, and how to write it back with others. */
interface Tagged {
  readonly tags: Tags
  write(call: WriteCall, tags: Tags | undefined): Promise<void>
}

export const tagResource = async (
  input: Shape<TagResourceRequest>,
  call: WriteCall,
): Promise<void> => {
  const tagged = await taggedOf(call, required(input.resourceArn, 'resourceArn'))
  const tags = { ...tagged.tags, ...required(input.tags, 'tagResourceInput.tags') }
  checkTags(tags)
  await tagged.write(call, nonEmpty(tags))
}

export const untagResource = async (
  input: Shape<UntagResourceRequest>,
  call: WriteCall,
): Promise<void> => {
  const tagged = await taggedOf(call, required(input.resourceArn, 'resourceArn'))
  const keys = required(input.tagKeys, 'untagResourceInput.tagKeys')
  const kept = Object.entries(tagged.tags).filter(([key]) => !keys.includes(key))
  await tagged.write(call, nonEmpty(Object.fromEntries(kept)))
}

export const getTags = async (
  input: Shape<GetTagsRequest>,
  call: ReadCall,
): Promise<{ readonly tags: Tags }> => {
  const { tags } = await taggedOf(call, required(input.resourceArn, 'resourceArn'))
  return { tags }
}

/**
 * `arn:aws:apigateway:{region}::/restapis/{id}[/stages/{name}]`, `…/apikeys/{id}` and so on; the ARNs of private
 * domain names and of access associations carry the account too.
 */
const taggedOf = async (call: ReadCall, resourceArn: string): Promise<Tagged> => {
  const arn = parseArn(resourceArn)
  if (arn?.service !== 'apigateway' || arn.region !== call.region) {
    throw badRequest('Invalid ARN specified in the request')
  }
  if (arn.resource.startsWith('/domainnameaccessassociations/')) {
    return taggedRow(
      call,
      domainNameAccessAssociations,
      resourceArn,
      'domain name access association',
    )
  }
  const [root, kind, id = '', part, name = '', ...rest] = arn.resource.split('/')
  if (root === '' && rest.length === 0) {
    if (kind === 'restapis' && part === undefined) {
      await restApiOf(call, id)
      return taggedRow(call, restApis, id, 'API')
    }
    if (kind === 'restapis' && part === 'stages') {
      const stage = await stageOf(call, id, name)
      return {
        tags: stage.tags ?? {},
        write: (tx, tags) => writeStage(tx, id, defined({ ...stage, tags })),
      }
    }
    if (kind === 'apikeys' && part === undefined) return taggedRow(call, apiKeys, id, 'API Key')
    if (kind === 'usageplans' && part === undefined) {
      return taggedRow(call, usagePlans, id, 'Usage Plan')
    }
    if (kind === 'vpclinks' && part === undefined) {
      return taggedRow(call, vpcLinks, id, 'Vpc Link')
    }
    if (kind === 'clientcertificates' && part === undefined) {
      return taggedRow(call, clientCertificates, id, 'Client Certificate')
    }
    if (kind === 'domainnames' && part === undefined) {
      return taggedRow(call, domainNames, id, 'domain name')
    }
  }
  throw badRequest('Invalid ARN specified in the request')
}

const taggedRow = async <T extends { readonly tags?: Tags }>(
  call: ReadCall,
  rows: Collection<T>,
  key: string,
  what: string,
): Promise<Tagged> => {
  const row = await call.view.get(rows, call, key)
  if (row === undefined) throw notFound(`Invalid ${what} identifier specified`)
  return {
    tags: row.tags ?? {},
    write: ({ tx }, tags) => {
      const { tags: _, ...rest } = row
      // The row is T again, but for the tags that T says may be absent.
      const written = (tags === undefined ? rest : { ...row, tags }) as T
      return tx.put(rows, call, key, written)
    },
  }
}
