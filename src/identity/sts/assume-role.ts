// AssumeRole: credentials of a role for a caller whom its trust policy lets in.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
import type { AssumeRoleRequest } from '@aws-sdk/client-sts'
import { createCallerPolicies, principalOf } from '#languages/iam-policy/caller-policies.ts'
import type { AccessRequest } from '#languages/iam-policy/policy.ts'
import type { SigningIdentity } from '#model/identity.ts'
import type { TemporaryCredentials } from '#model/ports.ts'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { accessOf } from '../access-of.ts'
import { invalid } from '../iam/errors.ts'
import { type ContextKeys, principalTags } from '../principal.ts'
import { type CredentialMint, mintCredentials, roleSession } from '../temporary-credentials.ts'
import { accessDenied, notAuthorized, tooPacked } from './errors.ts'
import {
  checkDuration,
  checkSessionName,
  sessionPolicies,
  sessionTags,
} from './session-parameters.ts'
import { evaluateTrust, findRole, type TrustingRole } from './trust.ts'

const CHAINED_SECONDS_MAX = 3_600

export const assumeRole =
  (mint: CredentialMint) => async (input: Shape<AssumeRoleRequest>, call: ReadCall) => {
    const sessionName = checkSessionName(input.RoleSessionName)
    if (input.TransitiveTagKeys !== undefined && input.TransitiveTagKeys.length > 0)
      throw invalid('TransitiveTagKeys is not supported here.')
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
      throw accessDenied('MultiFactorAuthentication failed, there are no MFA devices here.')
    const tags = sessionTags(input.Tags)
    const found = await findRole(call.view, input.RoleArn)
    if (call.isEnforced === true && call.caller !== undefined)
      refuseUntrusted(found, input, tags, call.caller)
    if (found === undefined)
      throw notAuthorized(call.caller?.arn ?? 'unknown', 'sts:AssumeRole', input.RoleArn ?? '')
    const made = mintCredentials(
      mint,
      {
        ...roleSession(found.principal, sessionName),
        durationSeconds: durationOf(input, found, call.caller),
        policies: await sessionPolicies(call, input),
        contextKeys: {
          ...principalTags(tags),
          ...(input.SourceIdentity !== undefined && { 'aws:SourceIdentity': input.SourceIdentity }),
        },
      },
      call.nowMs,
    )
    if (made === 'too-large') throw tooPacked()
    return {
      ...credentialsShape(made),
      AssumedRoleUser: { AssumedRoleId: made.userId, Arn: made.arn },
      ...(input.SourceIdentity !== undefined && { SourceIdentity: input.SourceIdentity }),
    }
  }

export const credentialsShape = (made: TemporaryCredentials) => ({
  Credentials: {
    AccessKeyId: made.accessKeyId,
    SecretAccessKey: made.secretAccessKey,
    SessionToken: made.sessionToken,
    Expiration: made.expiresAtMs,
  },
})

/** AWS: a role that is not there is refused as one that does not trust. */
const refuseUntrusted = (
  found: TrustingRole | undefined,
  input: Shape<AssumeRoleRequest>,
  tags: Readonly<Record<string, string>>,
  caller: SigningIdentity,
): void => {
  const refused = (action: string) => notAuthorized(caller.arn, action, input.RoleArn ?? '')
  if (caller.principal?.type === 'root')
    throw accessDenied('Roles may not be assumed by root accounts.')
  if (found === undefined) throw refused('sts:AssumeRole')
  const keys: ContextKeys = {
    ...caller.contextKeys,
    'sts:RoleSessionName': input.RoleSessionName ?? '',
    ...(input.ExternalId !== undefined && { 'sts:ExternalId': input.ExternalId }),
    ...(input.SourceIdentity !== undefined && { 'sts:SourceIdentity': input.SourceIdentity }),
    ...(Object.keys(tags).length > 0 && { 'aws:TagKeys': Object.keys(tags) }),
    ...Object.fromEntries(
      Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]),
    ),
  }
  const actions = ['sts:AssumeRole']
  if (Object.keys(tags).length > 0) actions.push('sts:TagSession')
  if (input.SourceIdentity !== undefined) actions.push('sts:SetSourceIdentity')
  const policies = createCallerPolicies()
  const { accountId } = found.principal
  for (const action of actions) {
    const access = accessOf(caller, action, found.role.Arn, keys)
    const evaluate = ({ principal = principalOf(caller) }: AccessRequest) =>
      evaluateTrust(found.role, action, principal, keys)
    const decided = policies.evaluateWith(caller, access, { accountId, evaluate })
    // AWS: a trust policy must let the caller in; being of one account and allowed by one's own is not enough.
    const isTrusted = evaluate(access).decision === 'allow'
    if (!isTrusted || decided.evaluation.decision !== 'allow') throw refused(action)
  }
}

const durationOf = (
  { DurationSeconds: wanted }: Shape<AssumeRoleRequest>,
  { role }: TrustingRole,
  caller: SigningIdentity | undefined,
): number => {
  const seconds = checkDuration(wanted, { min: 900, max: 43_200, otherwise: 3_600 })
  const isChained = caller?.principal?.type === 'role'
  if (isChained && seconds > CHAINED_SECONDS_MAX)
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  if (seconds <= role.MaxSessionDuration) return seconds
  throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
}
