// Tags of users, roles, managed policies and OpenID Connect providers; those of users and roles are condition keys of
// what they ask for. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { iamScope, oidcProviders } from './collections.ts'
import { roleOf, saveHolder, userOf } from './holders.ts'
import { policyOf, savePolicy } from './managed-policies.ts'
import { type Tag, tagList, type Tags, withoutTags, withTags } from './names.ts'
import { providerOf } from './oidc-providers.ts'
import { pageOf, type PageInput } from './pages.ts'

export type TaggedKind = 'user' | 'role' | 'policy' | 'oidc-provider'

interface TaggedInput {
  readonly UserName?: string | undefined
  readonly RoleName?: string | undefined
  readonly PolicyArn?: string | undefined
  readonly OpenIDConnectProviderArn?: string | undefined
}

/** `TagUser`, `TagRole`, `TagPolicy`, `TagOpenIDConnectProvider`. */
export const tag =
  (kind: TaggedKind) =>
  async (
    input: TaggedInput & { readonly Tags: readonly Tag[] | undefined },
    call: WriteCall,
  ): Promise<void> =>
    change(kind, input, call, (tags) => withTags(tags, input.Tags))

/** `UntagUser` and the others. */
export const untag =
  (kind: TaggedKind) =>
  async (
    input: TaggedInput & { readonly TagKeys: readonly string[] | undefined },
    call: WriteCall,
  ): Promise<void> =>
    change(kind, input, call, (tags) => withoutTags(tags, input.TagKeys))

/** `ListUserTags` and the others. */
export const listTags =
  (kind: TaggedKind) => async (input: TaggedInput & PageInput, call: ReadCall) => {
    const tags = tagList((await taggedOf(kind, input, call)).Tags).toSorted((left, right) =>
      left.Key < right.Key ? -1 : 1,
    )
    const { items, page } = pageOf(tags, ({ Key }) => Key, input)
    return { Tags: items, ...page }
  }

const taggedOf = (
  kind: TaggedKind,
  input: TaggedInput,
  call: ReadCall,
): Promise<{ readonly Tags: Tags }> => {
  switch (kind) {
    case 'user':
      return userOf(call, input.UserName)
    case 'role':
      return roleOf(call, input.RoleName)
    case 'policy':
      return policyOf(call, input.PolicyArn)
    case 'oidc-provider':
      return providerOf(call, input.OpenIDConnectProviderArn)
  }
}

const change = async (
  kind: TaggedKind,
  input: TaggedInput,
  call: WriteCall,
  changed: (tags: Tags) => Tags,
): Promise<void> => {
  switch (kind) {
    case 'user': {
      const user = await userOf(call, input.UserName)
      return saveHolder(call, { ...user, Tags: changed(user.Tags) })
    }
    case 'role': {
      const role = await roleOf(call, input.RoleName)
      return saveHolder(call, { ...role, Tags: changed(role.Tags) })
    }
    case 'policy': {
      const policy = await policyOf(call, input.PolicyArn)
      return savePolicy(call, { ...policy, Tags: changed(policy.Tags) })
    }
    case 'oidc-provider': {
      const provider = await providerOf(call, input.OpenIDConnectProviderArn)
      const Tags = changed(provider.Tags)
      return call.tx.put(oidcProviders, iamScope(call), provider.Url, { ...provider, Tags })
    }
  }
}
