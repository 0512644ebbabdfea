// Tags of pools, by their ARNs; and the head of an import file.
import type {
  GetCSVHeaderRequest,
  ListTagsForResourceRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { UserPool } from '#model/user-pool.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter } from './errors.ts'
import { poolOf } from './lookups.ts'
import { savePool } from './pools.ts'

const TAGS_MAX = 50

const taggedPool = (call: ReadCall, arn = ''): Promise<UserPool> => {
  const [, poolId] = /^arn:aws:cognito-idp:[\w-]+:\d{12}:userpool\/([\w-]+)$/.exec(arn) ?? []
  if (poolId === undefined) throw invalidParameter(`Invalid ARN: ${arn.slice(0, 200)}`)
  return poolOf(call, poolId)
}

export const listTagsForResource = async (
  input: Shape<ListTagsForResourceRequest>,
  call: ReadCall,
) => ({ Tags: (await taggedPool(call, input.ResourceArn)).settings.UserPoolTags })

export const tagResource = async (
  input: Shape<TagResourceRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const pool = await taggedPool(call, input.ResourceArn)
  const UserPoolTags = { ...pool.settings.UserPoolTags, ...input.Tags }
  if (Object.keys(UserPoolTags).length > TAGS_MAX)
    throw invalidParameter(`A resource can have at most ${TAGS_MAX} tags.`)
  await savePool(call, { ...pool, settings: { ...pool.settings, UserPoolTags } })
  return {}
}

export const untagResource = async (
  input: Shape<UntagResourceRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const pool = await taggedPool(call, input.ResourceArn)
  const UserPoolTags = Object.fromEntries(
    Object.entries(pool.settings.UserPoolTags).filter(
      ([key]) => !(input.TagKeys ?? []).includes(key),
    ),
  )
  await savePool(call, { ...pool, settings: { ...pool.settings, UserPoolTags } })
  return {}
}

/** What an import file would have for its first line. */
export const getCSVHeader = async (input: Shape<GetCSVHeaderRequest>, call: ReadCall) => {
  const pool = await poolOf(call, input.UserPoolId)
  const names = pool.SchemaAttributes.map(({ Name }) => Name).filter(
    (name) => name !== 'sub' && name !== 'identities',
  )
  return { UserPoolId: pool.Id, CSVHeader: [...names, 'cognito:mfa_enabled', 'cognito:username'] }
}
