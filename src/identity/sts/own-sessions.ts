// Sessions of the caller's own: who am I, GetSessionToken and GetFederationToken.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
import type { GetFederationTokenRequest, GetSessionTokenRequest } from '@aws-sdk/client-sts'
import type { PrincipalEntry, SigningIdentity } from '#model/identity.ts'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { principalTags, rootPrincipal } from '../principal.ts'
import { type CredentialMint, mintCredentials } from '../temporary-credentials.ts'
import { credentialsShape } from './assume-role.ts'
import { accessDenied, tooPacked } from './errors.ts'
import {
  checkDuration,
  checkSessionName,
  sessionPolicies,
  sessionTags,
} from './session-parameters.ts'

const SECONDS = { min: 900, max: 129_600, otherwise: 43_200 }
/** AWS: credentials of the root last an hour at most, and longer is shortened. */
const ROOT_SECONDS_MAX = 3_600

/** AWS: asks for no permission at all: an explicit deny does not stop it. */
export const getCallerIdentity = async (_input: unknown, call: ReadCall) => {
  const { arn, userId, accountId } = call.caller ?? ownerOf(call)
  return { UserId: userId, Account: accountId, Arn: arn }
}

export const getSessionToken =
  (mint: CredentialMint) => async (input: Shape<GetSessionTokenRequest>, call: ReadCall) => {
    const principal = longTermPrincipal(call, 'GetSessionToken')
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
      throw accessDenied('MultiFactorAuthentication failed, there are no MFA devices here.')
    const made = mintCredentials(
      mint,
      {
        principal,
        arn: principal.arn,
        userId: principal.principalId,
        durationSeconds: durationOf(input.DurationSeconds, principal),
        contextKeys: { 'aws:MultiFactorAuthPresent': 'false' },
      },
      call.nowMs,
    )
    if (made === 'too-large') throw tooPacked()
    return credentialsShape(made)
  }

export const getFederationToken =
  (mint: CredentialMint) => async (input: Shape<GetFederationTokenRequest>, call: ReadCall) => {
    const principal = longTermPrincipal(call, 'GetFederationToken')
    const name = checkSessionName(input.Name, 'name')
    const arn = `arn:aws:sts::${principal.accountId}:federated-user/${name}`
    const userId = `${principal.accountId}:${name}`
    const policies = await sessionPolicies(call, input)
    const made = mintCredentials(
      mint,
      {
        principal,
        arn,
        userId,
        durationSeconds: durationOf(input.DurationSeconds, principal),
        // AWS: without a policy of its own a federated user may do nothing.
        policies: policies.length > 0 ? policies : [NOTHING],
        contextKeys: {
          ...principalTags(sessionTags(input.Tags)),
          'aws:userid': userId,
          'aws:PrincipalType': 'FederatedUser',
        },
      },
      call.nowMs,
    )
    if (made === 'too-large') throw tooPacked()
    return { ...credentialsShape(made), FederatedUser: { FederatedUserId: userId, Arn: arn } }
  }

const NOTHING =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'

const ownerOf = ({
  accountId,
}: ReadCall): Pick<SigningIdentity, 'arn' | 'userId' | 'accountId'> => ({
  arn: rootPrincipal(accountId).arn,
  userId: accountId,
  accountId,
})

const longTermPrincipal = (call: ReadCall, operation: string): PrincipalEntry => {
  if (call.caller === undefined) return rootPrincipal(call.accountId)
  const { principal, contextKeys } = call.caller
  if (principal === undefined || contextKeys['aws:TokenIssueTime'] !== undefined)
    throw accessDenied(`Cannot call ${operation} with session credentials`)
  return principal
}

const durationOf = (wanted: number | undefined, { type }: PrincipalEntry): number => {
  const seconds = checkDuration(wanted, SECONDS)
  return type === 'root' ? Math.min(seconds, ROOT_SECONDS_MAX) : seconds
}
