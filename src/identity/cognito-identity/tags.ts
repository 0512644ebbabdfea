// Tags of identity pools. https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_TagResource.html
import type {
  ListTagsForResourceInput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cognito-identity'
import type { IdentityPool } from '#model/cognito-identity.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter } from './errors.ts'
import { poolArn, poolOf, savePool } from './identity-pools.ts'
import { withTags } from './pool-settings.ts'

export const tagResource = async (input: Shape<TagResourceInput>, call: WriteCall) => {
  const pool = await taggedPool(call, input.ResourceArn)
  const IdentityPoolTags = withTags(pool.IdentityPoolTags, input.Tags)
  await savePool(call, { ...pool, IdentityPoolTags })
  return {}
}

export const untagResource = async (input: Shape<UntagResourceInput>, call: WriteCall) => {
  const pool = await taggedPool(call, input.ResourceArn)
  const gone = new Set(input.TagKeys)
  const rest = Object.entries(pool.IdentityPoolTags).filter(([key]) => !gone.has(key))
  await savePool(call, { ...pool, IdentityPoolTags: Object.fromEntries(rest) })
  return {}
}

export const listTagsForResource = async (
  input: Shape<ListTagsForResourceInput>,
  call: ReadCall,
) => ({ Tags: (await taggedPool(call, input.ResourceArn)).IdentityPoolTags })

const taggedPool = async (call: ReadCall, arn: string | undefined): Promise<IdentityPool> => {
  const id = /:identitypool\/(.+)$/.exec(arn ?? '')?.[1]
  if (id === undefined || arn !== poolArn(call.accountId, id))
    throw invalidParameter(`Invalid ARN '${(arn ?? '').slice(0, 200)}'`)
  return poolOf(call, id)
}
