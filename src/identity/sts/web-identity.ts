// AssumeRoleWithWebIdentity: credentials of a role for who shows a token of an OpenID Connect provider of the account.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
import type { AssumeRoleWithWebIdentityRequest } from '@aws-sdk/client-sts'
import { type Claims, checkTimes } from '#languages/jwt/claims.ts'
import { TokenError } from '#languages/jwt/errors.ts'
import type { VerificationKey } from '#languages/jwt/key-set.ts'
import { type ParsedToken, verifyToken } from '#languages/jwt/token.ts'
import type { ReadCall, StoreCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import {
  COGNITO_IDENTITY,
  COGNITO_ISSUER,
  identityTokenKey,
} from '../cognito-identity/signing-key.ts'
import { iamScope, oidcProviders } from '../iam/collections.ts'
import { invalid } from '../iam/errors.ts'
import { principalTags } from '../principal.ts'
import { type CredentialMint, mintCredentials, roleSession } from '../temporary-credentials.ts'
import { readToken } from '../read-token.ts'
import { credentialsShape } from './assume-role.ts'
import { accessDenied, expiredToken, invalidToken, providerSilent, tooPacked } from './errors.ts'
import { checkDuration, checkSessionName, sessionPolicies } from './session-parameters.ts'
import { hasTags, requestTags, tokenTags } from './token-tags.ts'
import { evaluateTrust, findRole, type TrustingRole } from './trust.ts'

/** The key of this id of an issuer; undefined: it has none. Rejects where the issuer cannot be asked. */
export type FindTokenKey = (issuer: string, keyId: string) => Promise<VerificationKey | undefined>

const ACTION = 'sts:AssumeRoleWithWebIdentity'

/** Whose token it is: a provider of the account, or the identity pools of this gateway. */
interface Provider {
  /** As trust policies call it. */
  readonly Arn: string
  /** Condition keys begin with it. */
  readonly Url: string
  /** Absent: any, and the trust policy asks which. */
  readonly ClientIDList?: readonly string[]
  /** `none`: it is known here that there is no such key. Absent: the issuer is asked. */
  readonly localKey?: VerificationKey | 'none'
}

interface Found {
  readonly trusting: TrustingRole
  readonly provider: Provider
  readonly policies: readonly string[]
}

/** Issuers are asked between two looks at the store: nobody waits for one inside a transaction. */
export const assumeRoleWithWebIdentity =
  (mint: CredentialMint, findKey: FindTokenKey) =>
  async (input: Shape<AssumeRoleWithWebIdentityRequest>, call: StoreCall) => {
    const sessionName = checkSessionName(input.RoleSessionName)
    if (input.ProviderId !== undefined)
      throw invalid('ProviderId is for OAuth 2.0 access tokens, which are not supported here.')
    const { token, claims } = read(input.WebIdentityToken ?? '')
    const issuer = String(claims['iss'])
    const found = await call.store.read((view) => find({ ...call, view }, input, issuer, token))
    const { localKey } = found.provider
    await verify(token, localKey ?? (() => findKey(issuer, token.keyId ?? '')))
    checkExpiry(claims, call.nowMs)
    const audience = audienceOf(claims, found.provider)
    const { role, principal } = found.trusting
    const { Url, Arn } = found.provider
    const subject = String(claims['sub'] ?? '')
    const keys = {
      [`${Url}:aud`]: audience,
      [`${Url}:sub`]: subject,
      ...(Array.isArray(claims['amr']) && { [`${Url}:amr`]: claims['amr'].map(String) }),
      'sts:RoleSessionName': sessionName,
    }
    const federated = { kind: 'federated', provider: Arn } as const
    const tags = tokenTags(claims)
    for (const action of [ACTION, ...(hasTags(tags) ? ['sts:TagSession'] : [])])
      if (
        evaluateTrust(role, action, federated, { ...keys, ...requestTags(tags) }).decision !==
        'allow'
      )
        throw notAuthorized()
    const seconds = checkDuration(input.DurationSeconds, {
      min: 900,
      max: role.MaxSessionDuration,
      otherwise: 3_600,
    })
    const made = mintCredentials(
      mint,
      {
        ...roleSession(principal, sessionName),
        durationSeconds: seconds,
        policies: found.policies,
        contextKeys: { ...keys, ...principalTags(tags), 'aws:FederatedProvider': Arn },
      },
      call.nowMs,
    )
    if (made === 'too-large') throw tooPacked()
    return {
      ...credentialsShape(made),
      SubjectFromWebIdentityToken: subject,
      AssumedRoleUser: { AssumedRoleId: made.userId, Arn: made.arn },
      Provider: Arn,
      Audience: audience,
    }
  }

const notAuthorized = () => accessDenied(`Not authorized to perform ${ACTION}`)

const read = (text: string) =>
  readToken(text, ({ message }) =>
    invalidToken(
      `The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token): ${message}`,
    ),
  )

/** AWS: the provider is looked for in the account of the role. */
const find = async (
  call: ReadCall,
  input: Shape<AssumeRoleWithWebIdentityRequest>,
  issuer: string,
  token: ParsedToken,
): Promise<Found> => {
  const trusting = await findRole(call.view, input.RoleArn)
  if (trusting === undefined) throw notAuthorized()
  const { accountId } = trusting.principal
  const policies = await sessionPolicies({ ...call, accountId }, input)
  if (issuer === COGNITO_ISSUER) {
    const localKey = (await identityTokenKey(call.view, { accountId }, token.keyId)) ?? 'none'
    return {
      trusting,
      provider: { Arn: COGNITO_IDENTITY, Url: COGNITO_IDENTITY, localKey },
      policies,
    }
  }
  const [, url] = /^https?:\/\/(.+)$/.exec(issuer) ?? []
  const provider = url && (await call.view.get(oidcProviders, iamScope({ accountId }), url))
  if (!provider || !isTransportSafe(issuer))
    throw invalidToken(
      `No OpenIDConnect provider found in your account for ${issuer.slice(0, 255)}`,
    )
  return { trusting, provider, policies }
}

/** Keys that came in the clear are anybody's, but for an issuer on this machine. */
const isTransportSafe = (issuer: string): boolean => {
  if (!URL.canParse(issuer)) return false
  const { protocol, hostname } = new URL(issuer)
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

const verify = async (
  token: ParsedToken,
  keys: VerificationKey | 'none' | (() => Promise<VerificationKey | undefined>),
): Promise<void> => {
  let key: VerificationKey | undefined
  try {
    key = keys === 'none' ? undefined : typeof keys === 'function' ? await keys() : keys
  } catch {
    // Why is in the provider's own answer, which is not for the caller.
    throw providerSilent('Unable to connect to the identity provider.')
  }
  if (key === undefined)
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    )
  try {
    verifyToken(token, key)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    throw invalidToken(`The ID Token cannot be verified: ${error.message}`)
  }
}

const checkExpiry = (claims: Claims, nowMs: number): void => {
  try {
    checkTimes(claims, nowMs)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { exp } = claims
    if (typeof exp !== 'number' || exp * 1_000 > nowMs) throw invalidToken(error.message)
    throw expiredToken(
      `Token expired: current date/time ${Math.floor(nowMs / 1_000)} must be before the expiration date/time ${exp}`,
    )
  }
}

/** The client id of the token, if the provider has it. */
const audienceOf = ({ aud }: Claims, { ClientIDList }: Provider): string => {
  const given = (Array.isArray(aud) ? aud : [aud]).map(String)
  const audience = given.find((one) => ClientIDList?.includes(one) ?? true)
  if (audience === undefined) throw invalidToken('Incorrect token audience')
  return audience
}
