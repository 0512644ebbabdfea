// The attributes that users of a pool may have: OpenID Connect's standard claims, and the pool's own (`custom:`).
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
import type { SchemaAttributeType } from '@aws-sdk/client-cognito-identity-provider'
import type { SchemaAttribute, UserPool } from '#model/user-pool.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter } from './errors.ts'

/** An attribute as calls bring it. */
export interface GivenAttribute {
  readonly Name: string | undefined
  readonly Value?: string | undefined
}

const text = (
  Name: string,
  isMutable = true,
  length: readonly [string, string] = ['0', '2048'],
) => ({
  Name,
  AttributeDataType: 'String' as const,
  DeveloperOnlyAttribute: false,
  Mutable: isMutable,
  Required: false,
  StringAttributeConstraints: { MinLength: length[0], MaxLength: length[1] },
})

const flag = (Name: string) => ({
  Name,
  AttributeDataType: 'Boolean' as const,
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
})

const STANDARD: readonly SchemaAttribute[] = [
  text('profile'),
  text('address'),
  text('birthdate', true, ['10', '10']),
  text('gender'),
  text('preferred_username'),
  {
    ...flag('updated_at'),
    AttributeDataType: 'Number',
    NumberAttributeConstraints: { MinValue: '0' },
  },
  text('website'),
  text('picture'),
  { ...text('identities'), StringAttributeConstraints: {} },
  { ...text('sub', false, ['1', '2048']), Required: true },
  text('phone_number'),
  flag('phone_number_verified'),
  text('zoneinfo'),
  text('locale'),
  text('email'),
  flag('email_verified'),
  text('given_name'),
  text('family_name'),
  text('middle_name'),
  text('name'),
  text('nickname'),
]

const CUSTOM_MAX = 50
const NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,20}$/u

/** The schema of a new pool: the standard one, with what the caller says of it and adds. */
export const schemaOf = (
  given: readonly Shape<SchemaAttributeType>[] = [],
): readonly SchemaAttribute[] => {
  const standard = new Map(STANDARD.map((attribute) => [attribute.Name, attribute]))
  const own: Shape<SchemaAttributeType>[] = []
  for (const attribute of given) {
    const known = standard.get(attribute.Name ?? '')
    if (known === undefined) own.push(attribute)
    else standard.set(known.Name, overridden(known, attribute))
  }
  return withCustom([...standard.values()], own)
}

const overridden = (known: SchemaAttribute, given: Shape<SchemaAttributeType>): SchemaAttribute => {
  const { AttributeDataType: type = known.AttributeDataType } = given
  if (type !== known.AttributeDataType)
    throw invalidParameter(
      `You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute ${known.Name}`,
    )
  return {
    ...known,
    Mutable: given.Mutable ?? known.Mutable,
    Required: given.Required ?? known.Required,
    ...(given.StringAttributeConstraints && {
      StringAttributeConstraints: given.StringAttributeConstraints,
    }),
    ...(given.NumberAttributeConstraints && {
      NumberAttributeConstraints: given.NumberAttributeConstraints,
    }),
  }
}

/** AddCustomAttributes, too. */
export const withCustom = (
  before: readonly SchemaAttribute[],
  given: readonly Shape<SchemaAttributeType>[],
): readonly SchemaAttribute[] => {
  const schema = [...before]
  for (const attribute of given) {
    const { Name: plain = '', AttributeDataType = 'String' } = attribute
    if (!NAME.test(plain))
      throw invalidParameter(`Invalid name for custom attribute: ${plain.slice(0, 40)}`)
    if (attribute.Required === true)
      throw invalidParameter('Required custom attributes are not supported currently.')
    const isDeveloperOnly = attribute.DeveloperOnlyAttribute === true
    const Name = `${isDeveloperOnly ? 'dev:' : ''}custom:${plain.replace(/^custom:/, '')}`
    if (schema.some((one) => one.Name === Name))
      throw invalidParameter(`${Name}: Existing attribute already has name ${Name}.`)
    schema.push({
      Name,
      AttributeDataType,
      DeveloperOnlyAttribute: isDeveloperOnly,
      Mutable: attribute.Mutable ?? true,
      Required: false,
      ...constraintsOf(AttributeDataType, attribute),
    })
  }
  if (schema.length - STANDARD.length > CUSTOM_MAX)
    throw invalidParameter(`A pool may have at most ${CUSTOM_MAX} custom attributes.`)
  return schema
}

const constraintsOf = (
  type: SchemaAttribute['AttributeDataType'],
  given: Shape<SchemaAttributeType>,
): Partial<SchemaAttribute> => {
  if (type === 'String')
    return { StringAttributeConstraints: given.StringAttributeConstraints ?? {} }
  if (type === 'Number')
    return { NumberAttributeConstraints: given.NumberAttributeConstraints ?? {} }
  return {}
}

const STRICT = 'Attributes did not conform to the schema: '
/** AWS: 2048 characters, whatever the schema says. [guide: quotas] */
const VALUE_LENGTH_MAX = 2_048

/** Held against the schema; throws all that is wrong with them as AWS says it. */
export const readAttributes = (
  pool: UserPool,
  given: readonly GivenAttribute[] = [],
): Readonly<Record<string, string>> => {
  const attributes: Record<string, string> = {}
  const problems: string[] = []
  for (const { Name = '', Value = '' } of given) {
    const schema = pool.SchemaAttributes.find((one) => one.Name === Name)
    if (schema === undefined)
      problems.push(`Type for attribute {${Name.slice(0, 60)}} could not be determined`)
    else problems.push(...problemsOf(schema, Value))
    attributes[Name] = Value
  }
  if (problems.length > 0)
    throw invalidParameter(STRICT + problems.map((one) => `${one}\n`).join(''))
  checkContacts(attributes)
  return attributes
}

/** Those that must be there when a user signs up or is made. */
export const checkRequired = (
  pool: UserPool,
  attributes: Readonly<Record<string, string>>,
): void => {
  const missing = pool.SchemaAttributes.filter(
    ({ Name, Required }) => Required && Name !== 'sub' && attributes[Name] === undefined,
  )
  if (missing.length === 0) return
  throw invalidParameter(
    STRICT + missing.map(({ Name }) => `${Name}: The attribute ${Name} is required\n`).join(''),
  )
}

/** Those that may change, when they change. */
export const checkMutable = (
  pool: UserPool,
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): void => {
  for (const [name, value] of Object.entries(given)) {
    const schema = pool.SchemaAttributes.find((one) => one.Name === name)
    if (name === 'sub' || (schema?.Mutable === false && before[name] !== value))
      throw invalidParameter(`user.${name}: Attribute cannot be updated.\n`)
  }
}

const problemsOf = (
  {
    Name,
    AttributeDataType,
    StringAttributeConstraints,
    NumberAttributeConstraints,
  }: SchemaAttribute,
  value: string,
): readonly string[] => {
  if (value.length > VALUE_LENGTH_MAX)
    return [`${Name}: String must be no longer than ${VALUE_LENGTH_MAX} characters`]
  switch (AttributeDataType) {
    case 'String': {
      const { MinLength, MaxLength } = StringAttributeConstraints ?? {}
      if (value === '') return []
      if (MinLength !== undefined && value.length < Number(MinLength))
        return [`${Name}: String must be at least ${MinLength} characters long`]
      if (MaxLength !== undefined && value.length > Number(MaxLength))
        return [`${Name}: String must be no longer than ${MaxLength} characters`]
      return []
    }
    case 'Number': {
      if (!/^-?\d+$/.test(value)) return [`${Name}: Value is not a number`]
      const { MinValue, MaxValue } = NumberAttributeConstraints ?? {}
      if (MinValue !== undefined && BigInt(value) < BigInt(MinValue))
        return [`${Name}: Number must be at least ${MinValue}`]
      if (MaxValue !== undefined && BigInt(value) > BigInt(MaxValue))
        return [`${Name}: Number must be no more than ${MaxValue}`]
      return []
    }
    case 'Boolean':
      return /^(?:true|false)$/i.test(value) ? [] : [`${Name}: Value is not a boolean`]
    case 'DateTime':
      return Number.isNaN(Date.parse(value)) ? [`${Name}: Value is not a date`] : []
  }
}

const checkContacts = (attributes: Readonly<Record<string, string>>): void => {
  const { email, phone_number: phone } = attributes
  if (email !== undefined && email !== '' && !isEmail(email))
    throw invalidParameter('Invalid email address format.')
  if (phone !== undefined && phone !== '' && !isPhoneNumber(phone))
    throw invalidParameter('Invalid phone number format.')
}

export const isEmail = (value: string): boolean =>
  /^[^\s@]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+$/.test(value)
export const isPhoneNumber = (value: string): boolean => /^\+\d{1,15}$/.test(value)
