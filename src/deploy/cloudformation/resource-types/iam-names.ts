// What the resource types of IAM share: names as CloudFormation makes them, properties under IAM's own names, and the
// policies that a resource hung on somebody.
import { errorMessage } from '#shared/assert.ts'
import { ServiceError } from '#wire/errors.ts'
import { type Input, named, type Reader, type Shape, tags } from '../properties.ts'
import type { Existing, Made, ResourceContext } from '../resource-type.ts'

export type HolderKind = 'Group' | 'Role' | 'User'

/** IAM's members are written as the properties are. */
export const byName = (readers: Readonly<Record<string, Reader>>): Shape =>
  Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, named(name, read)]))

/** The name that the template gives, or `stack-LogicalId-id` within IAM's length. */
export const nameOf = (
  given: unknown,
  { stackName, logicalId, ids }: ResourceContext,
  lengthMax: number,
): string => {
  const id = ids.next(9)
  if (typeof given === 'string') return given
  return `${`${stackName}-${logicalId}`.slice(0, lengthMax - id.length - 1)}-${id}`
}

/** Tags as IAM takes them. */
export const tagList: Reader<readonly { readonly Key: string; readonly Value: string }[]> = (
  value,
  path,
  audience,
) => Object.entries(tags(value, path, audience)).map(([Key, Value]) => ({ Key, Value }))

export const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : []

/** What was written into a resource's keys, as lists. */
export const keyList = ({ keys }: Pick<Made, 'keys'>, name: string): readonly string[] =>
  listOf(JSON.parse(keys?.[name] ?? '[]'))

/** Attaches managed policies; answers those that could be, and those of AWS that are not known here. */
export const attach = async (
  kind: HolderKind,
  name: string,
  arns: readonly string[],
  { call }: Pick<ResourceContext, 'call'>,
): Promise<{ readonly attached: readonly string[]; readonly unknown: readonly string[] }> => {
  const attached: string[] = []
  const unknown: string[] = []
  for (const PolicyArn of arns) {
    try {
      await call('iam', `Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn })
      attached.push(PolicyArn)
    } catch (error) {
      const isAws = PolicyArn.startsWith('arn:aws:iam::aws:')
      if (!isAws || !(error instanceof ServiceError) || error.code !== 'NoSuchEntity') throw error
      unknown.push(PolicyArn)
    }
  }
  return { attached, unknown }
}

/** Says of AWS's policies that are not known here that they give nothing. */
export const reportUnknown = (made: Pick<Made, 'keys'>, context: ResourceContext): void => {
  for (const arn of keyList(made, 'unknown'))
    context.report(
      [...context.path, 'ManagedPolicyArns'],
      arn.split('/').at(-1) ?? arn,
      'this policy of AWS is not known here: it allows nothing',
    )
}

/** Runs a removal of what may be gone already, with whatever it hung on. */
export const ifThere = async (removal: Promise<unknown>): Promise<void> => {
  try {
    await removal
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchEntity') return
    throw error instanceof Error ? error : new Error(errorMessage(error))
  }
}

export const detachAll = async (
  kind: HolderKind,
  name: string,
  existing: Pick<Existing, 'keys'>,
  { call }: Pick<ResourceContext, 'call'>,
): Promise<void> => {
  const holder = { [`${kind}Name`]: name }
  for (const PolicyArn of keyList(existing, 'attached'))
    await ifThere(call('iam', `Detach${kind}Policy`, { ...holder, PolicyArn }))
  for (const PolicyName of keyList(existing, 'inline'))
    await ifThere(call('iam', `Delete${kind}Policy`, { ...holder, PolicyName }))
}

/** Puts inline policies; answers their names. */
export const putAll = async (
  kind: HolderKind,
  name: string,
  policies: unknown,
  { call }: Pick<ResourceContext, 'call'>,
): Promise<readonly string[]> => {
  const given: readonly Input[] = Array.isArray(policies) ? policies : []
  for (const { PolicyName, PolicyDocument } of given)
    await call('iam', `Put${kind}Policy`, {
      [`${kind}Name`]: name,
      PolicyName,
      PolicyDocument,
    })
  return given.map(({ PolicyName }) => String(PolicyName))
}
