// Claims as tags of the session: what attributes a policy may ask for.
// https://docs.aws.amazon.com/cognito/latest/developerguide/attributes-for-access-control.html
import type {
  GetPrincipalTagAttributeMapInput,
  SetPrincipalTagAttributeMapInput,
} from '@aws-sdk/client-cognito-identity'
import type { IdentityPool, PrincipalTagAttributeMap } from '#model/cognito-identity.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter, notFound } from './errors.ts'
import { poolOf, savePool } from './identity-pools.ts'
import type { VerifiedLogin } from './logins.ts'

/** AWS: "username" and "client". [guide: attributes-for-access-control] */
const DEFAULTS = { username: 'sub', client: 'aud' }
const TAGS_MAX = 50
const PROVIDERS_MAX = 100

export const setPrincipalTagAttributeMap = async (
  input: Shape<SetPrincipalTagAttributeMapInput>,
  call: WriteCall,
) => {
  const pool = await poolOf(call, input.IdentityPoolId)
  const name = input.IdentityProviderName ?? ''
  if (name.length < 1 || name.length > 128)
    throw invalidParameter('A provider name has 1 to 128 characters.')
  const map: PrincipalTagAttributeMap = {
    UseDefaults: input.UseDefaults ?? true,
    PrincipalTags: checkTags(input.PrincipalTags ?? {}),
  }
  const principalTags = { ...pool.principalTags, [name]: map }
  if (Object.keys(principalTags).length > PROVIDERS_MAX)
    throw invalidParameter(`Tags can be mapped for ${PROVIDERS_MAX} providers of a pool.`)
  await savePool(call, { ...pool, principalTags })
  return shapeOf(pool.IdentityPoolId, name, map)
}

export const getPrincipalTagAttributeMap = async (
  input: Shape<GetPrincipalTagAttributeMapInput>,
  call: ReadCall,
) => {
  const { IdentityPoolId, principalTags } = await poolOf(call, input.IdentityPoolId)
  const name = input.IdentityProviderName ?? ''
  const map = Object.hasOwn(principalTags, name) ? principalTags[name] : undefined
  if (map === undefined)
    throw notFound(`No attributes for access control for '${name.slice(0, 128)}' were found.`)
  return shapeOf(IdentityPoolId, name, map)
}

/** The tags of a session: of each login what its provider's map says. */
export const tagsOf = (
  { principalTags }: Pick<IdentityPool, 'principalTags'>,
  logins: readonly VerifiedLogin[],
): Readonly<Record<string, string>> => {
  const tags: [string, string][] = []
  for (const { login, mappingNames, claims } of logins) {
    const names = [login.provider, ...mappingNames]
    const name = names.find((one) => Object.hasOwn(principalTags, one))
    const map = name === undefined ? undefined : principalTags[name]
    if (map === undefined) continue
    for (const [tag, claim] of Object.entries(map.UseDefaults ? DEFAULTS : map.PrincipalTags)) {
      const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
      if (isTagValue(value)) tags.push([tag, String(value)])
    }
  }
  return Object.fromEntries(tags)
}

/** What cannot be a tag of STS is none, as a claim that is not there is none. */
const isTagValue = (value: unknown): boolean =>
  (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(String(value))

const checkTags = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const entries = Object.entries(tags)
  if (entries.length > TAGS_MAX)
    throw invalidParameter(`At most ${TAGS_MAX} attributes can be mapped.`)
  for (const [tag, claim] of entries)
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(tag) || !/^.{1,256}$/s.test(claim))
      throw invalidParameter(`The tag '${tag.slice(0, 128)}' is not valid.`)
  return tags
}

const shapeOf = (
  IdentityPoolId: string,
  IdentityProviderName: string,
  { UseDefaults, PrincipalTags }: PrincipalTagAttributeMap,
) => ({
  IdentityPoolId,
  IdentityProviderName,
  UseDefaults,
  PrincipalTags: UseDefaults ? DEFAULTS : PrincipalTags,
})
