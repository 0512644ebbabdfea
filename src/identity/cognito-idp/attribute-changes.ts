// Attributes that are taken away, or given by an operator.
import type { PoolUser, UserPool } from '#model/user-pool.ts'
import { invalidParameter } from './errors.ts'
import { checkMutable, type GivenAttribute, readAttributes } from './schema-attributes.ts'
import { changed } from './users.ts'

export const withoutAttributes = (
  pool: UserPool,
  user: PoolUser,
  names: readonly string[] = [],
  nowMs: number,
): PoolUser => {
  const Attributes: Record<string, string> = { ...user.Attributes }
  for (const name of names) {
    const schema = pool.SchemaAttributes.find((one) => one.Name === name)
    if (schema === undefined)
      throw invalidParameter(`user.${name.slice(0, 60)}: Attribute does not exist in the schema.\n`)
    if (schema.Required || name === 'sub')
      throw invalidParameter('User is not authorized to delete required attributes')
    delete Attributes[name]
    if (name === 'email' || name === 'phone_number') delete Attributes[`${name}_verified`]
  }
  return changed(user, nowMs, { Attributes })
}

/** AWS: an address that changes is not proved, unless the operator says so in the same call. */
export const withAttributes = (
  pool: UserPool,
  user: PoolUser,
  given: readonly GivenAttribute[] | undefined,
  nowMs: number,
): PoolUser => {
  const news = readAttributes(pool, given)
  checkMutable(pool, user.Attributes, news)
  const Attributes: Record<string, string> = { ...user.Attributes, ...news }
  for (const name of ['email', 'phone_number'] as const) {
    const isNew = news[name] !== undefined && news[name] !== user.Attributes[name]
    if (isNew && news[`${name}_verified`] === undefined) Attributes[`${name}_verified`] = 'false'
    if (news[`${name}_verified`] === 'true' && !Attributes[name])
      throw invalidParameter(
        `${name === 'email' ? 'Email' : 'Phone number'} is required to be set as verified.`,
      )
  }
  // AWS: an empty value takes the attribute away. [API_AdminUpdateUserAttributes]
  for (const [name, value] of Object.entries(news)) if (value === '') delete Attributes[name]
  return changed(user, nowMs, { Attributes })
}
