// A new user record: its name and `sub`, and the rules for names that are to be told from addresses.
import type { PoolUser, UserPool, UserStatus } from '#model/user-pool.ts'
import { invalidParameter } from './errors.ts'
import type { UserPoolParts } from './parts.ts'
import { isEmail, isPhoneNumber } from './schema-attributes.ts'

export const newUser = (
  { random }: Pick<UserPoolParts, 'random'>,
  pool: UserPool,
  given: {
    readonly name: string
    readonly attributes: Readonly<Record<string, string>>
    readonly status: UserStatus
    readonly nowMs: number
  },
): PoolUser => {
  const { name, attributes, status, nowMs } = given
  const sub = random.uuid()
  const named = nameAttributes(pool, name)
  return {
    // AWS: where addresses are the names, users have their sub for a name inside. [guide: Username attributes]
    Username: named === undefined ? checkName(pool, name) : sub,
    sub,
    Attributes: { sub, ...attributes, ...named },
    Enabled: true,
    UserStatus: status,
    UserCreateDate: nowMs,
    UserLastModifiedDate: nowMs,
    groups: [],
  }
}

/** The attribute that a name is, where attributes are the names. */
const nameAttributes = (
  { settings }: UserPool,
  name: string,
): Readonly<Record<string, string>> | undefined => {
  const { UsernameAttributes: names = [] } = settings
  if (names.length === 0) return undefined
  if (names.includes('email') && isEmail(name)) return { email: name }
  if (names.includes('phone_number') && isPhoneNumber(name)) return { phone_number: name }
  throw invalidParameter(
    names.length === 2
      ? 'Username should be either an email or a phone number.'
      : `Username should be ${names[0] === 'email' ? 'an email' : 'a phone number'}.`,
  )
}

const NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

const checkName = ({ settings }: UserPool, name: string): string => {
  if (!NAME.test(name))
    throw invalidParameter(
      `1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+`,
    )
  const { AliasAttributes: aliases = [] } = settings
  if (aliases.includes('email') && isEmail(name))
    throw invalidParameter(
      'Username cannot be of email format, since user pool is configured for email alias.',
    )
  if (aliases.includes('phone_number') && isPhoneNumber(name))
    throw invalidParameter(
      'Username cannot be of phone number format, since user pool is configured for phone number alias.',
    )
  return name
}
