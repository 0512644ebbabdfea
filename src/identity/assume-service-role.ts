// The port through which API Gateway takes a role for an integration: the role must trust it, and what is signed with
// the credentials is the role's. They are kept until they are about to end.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { contextOf } from '#languages/iam-policy/policy.ts'
import type { PrincipalEntry } from '#model/identity.ts'
import type { AssumeRole, TemporaryCredentials } from '#model/ports.ts'
import { type CredentialMint, mintCredentials, roleSession } from './temporary-credentials.ts'

/** AWS: so CloudTrail names the sessions in which API Gateway calls. */
const SESSION_NAME = 'BackplaneAssumeRoleSession'
const SESSION_SECONDS = 3_600
/** No call may outlive its credentials: none lasts longer than five minutes. */
const RENEW_BEFORE_MS = 600_000
const API_GATEWAY = 'apigateway.amazonaws.com'

type Held = TemporaryCredentials | 'untrusted' | 'too-large'

export const createAssumeServiceRole = (options: {
  readonly mint: CredentialMint
  /** Where a service's calls leave this gateway, its roles are not known there. */
  readonly isElsewhere: (service: string) => boolean
  /** A role that is not there: refused as on AWS, or called without, as a developer's machine may. */
  readonly refusesUnknown: boolean
}): AssumeRole => {
  const { mint, isElsewhere, refusesUnknown } = options
  // By the entry: a role that changes is another entry, and its session is made anew.
  const held = new WeakMap<PrincipalEntry, Held>()
  return ({ roleArn, service, find, nowMs }) => {
    if (isElsewhere(service)) return undefined
    const role = find('principal', roleArn)
    if (role?.type !== 'role') return refusesUnknown ? 'no-such-role' : undefined
    const known = held.get(role)
    if (known !== undefined && isFresh(known, nowMs)) return known
    const made = trusts(role)
      ? mintCredentials(
          mint,
          { ...roleSession(role, SESSION_NAME), durationSeconds: SESSION_SECONDS },
          nowMs,
        )
      : 'untrusted'
    held.set(role, made)
    return made
  }
}

const isFresh = (known: Held, nowMs: number): boolean =>
  typeof known === 'string' || known.expiresAtMs - nowMs > RENEW_BEFORE_MS

const trusts = ({ trustPolicy, arn }: PrincipalEntry): boolean => {
  if (trustPolicy === undefined) return false
  const policy = compilePolicy(trustPolicy, { kind: 'trust', name: 'trust policy' })
  const { decision } = evaluatePolicies([policy], {
    action: 'sts:AssumeRole',
    resource: arn,
    principal: { kind: 'service', service: API_GATEWAY },
    context: contextOf({ 'sts:RoleSessionName': SESSION_NAME }),
  })
  return decision === 'allow'
}
