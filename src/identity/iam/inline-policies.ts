// Inline policies of users, groups and roles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
import type { Holder } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { type HolderInput, holderName } from './attachments.ts'
import { checkDocument, documentSize, encodeDocument } from './documents.ts'
import { limitExceeded, noSuchEntity } from './errors.ts'
import { type HolderKind, holderOf, nameOf, saveHolder } from './holders.ts'
import { checkName } from './names.ts'
import { inOrder, foldedKey, pageOf, type PageInput } from './pages.ts'

interface PolicyInput extends HolderInput {
  readonly PolicyName: string | undefined
}

const NAME_LENGTH_MAX = 128
/** All inline policies of one holder together, without white space. */
const SIZE_MAX: Readonly<Record<HolderKind, number>> = { user: 2_048, group: 5_120, role: 10_240 }

/** `PutUserPolicy`, `PutGroupPolicy`, `PutRolePolicy`. */
export const putPolicy =
  (kind: HolderKind) =>
  async (
    input: PolicyInput & { readonly PolicyDocument: string | undefined },
    call: WriteCall,
  ): Promise<void> => {
    const holder = await holderOf(call, kind, holderName(kind, input))
    const name = checkName(input.PolicyName, 'policyName', NAME_LENGTH_MAX)
    const document = checkDocument(input.PolicyDocument, 'identity')
    const inlinePolicies = { ...holder.inlinePolicies, [name]: document }
    const sizes = Object.values(inlinePolicies).map(documentSize)
    if (sizes.reduce((sum, size) => sum + size, 0) > SIZE_MAX[kind])
      throw limitExceeded(
        `Maximum policy size of ${SIZE_MAX[kind]} bytes exceeded for ${kind} ${nameOf(holder)}`,
      )
    await saveHolder(call, { ...holder, inlinePolicies })
  }

/** `GetUserPolicy`, `GetGroupPolicy`, `GetRolePolicy`. */
export const getPolicyOf = (kind: HolderKind) => async (input: PolicyInput, call: ReadCall) => {
  const holder = await holderOf(call, kind, holderName(kind, input))
  const { name, document } = inlineOf(holder, input.PolicyName)
  return {
    ...holderMember(holder),
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  }
}

/** `ListUserPolicies`, `ListGroupPolicies`, `ListRolePolicies`. */
export const listPoliciesOf =
  (kind: HolderKind) => async (input: HolderInput & PageInput, call: ReadCall) => {
    const holder = await holderOf(call, kind, holderName(kind, input))
    const names = inOrder(Object.keys(holder.inlinePolicies))
    const { items, page } = pageOf(names, (name) => `${foldedKey(name)} ${name}`, input)
    return { PolicyNames: items, ...page }
  }

/** `DeleteUserPolicy`, `DeleteGroupPolicy`, `DeleteRolePolicy`. */
export const deletePolicyOf =
  (kind: HolderKind) =>
  async (input: PolicyInput, call: WriteCall): Promise<void> => {
    const holder = await holderOf(call, kind, holderName(kind, input))
    const { name } = inlineOf(holder, input.PolicyName)
    const { [name]: _, ...inlinePolicies } = holder.inlinePolicies
    await saveHolder(call, { ...holder, inlinePolicies })
  }

const holderMember = (holder: Holder): HolderInput => {
  if (holder.kind === 'user') return { UserName: holder.UserName }
  return holder.kind === 'group' ? { GroupName: holder.GroupName } : { RoleName: holder.RoleName }
}

const inlineOf = (
  holder: Holder,
  given: string | undefined,
): { readonly name: string; readonly document: string } => {
  const name = given ?? ''
  const policies = holder.inlinePolicies
  const document = Object.hasOwn(policies, name) ? policies[name] : undefined
  if (document !== undefined) return { name, document }
  throw noSuchEntity(`The ${holder.kind} policy with name ${name.slice(0, 128)} cannot be found.`)
}
