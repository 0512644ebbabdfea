// In whose name an integration calls AWS: in nobody's in particular, in a role's, or in the caller's.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
import { IMPLICIT_DENY } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  describeEvaluation,
  type Evaluation,
} from '#languages/iam-policy/policy.ts'
import type { SigningCredentials } from '#languages/sigv4/sign.ts'
import type { Caller, Signer } from '#model/caller.ts'
import type { FindEntry } from '#model/documents.ts'
import type { PrincipalEntry } from '#model/identity.ts'
import type { IssueRefusal, TemporaryCredentials } from '#model/ports.ts'
import type { GatewayRequest } from '../accept/request.ts'
import { accessRequest, roleAccessRequest } from '../admit/access-request.ts'
import {
  evaluateFunctionPolicy,
  type InvocationSource,
  refuseInvocation,
} from '../admit/function-policy.ts'
import type { Signers } from '../admit/signers.ts'
import { type AwsAccess, GatewayFailure, type Services } from '../plan.ts'

/** What a call of `service` is signed with. */
export type CredentialsFor = (
  request: GatewayRequest,
  caller: Caller,
  aws: AwsAccess,
  nowMs: number,
) => SigningCredentials

/** `credentials` of an integration, `credentialsArn` of an HTTP API's. */
export const compileCredentials = (
  credentials: string | undefined,
  service: string,
): CredentialsFor => {
  if (credentials === undefined) return (_request, _caller, aws) => aws.credentials
  if (isCallers(credentials)) return (_request, caller) => signerOf(caller)
  return (request, _caller, aws, nowMs) =>
    takeRole(credentials, service, request, aws, nowMs) ?? aws.credentials
}

/** Lets a function be invoked, or throws. In a role's or the caller's name theirs must allow it; in nobody's, its policy. */
export type AdmitInvocation = (request: GatewayRequest, caller: Caller, services: Services) => void

export const compileInvocationRights = (
  credentials: string | undefined,
  functionArn: string,
  sourceOf: (request: GatewayRequest) => InvocationSource,
): AdmitInvocation => {
  if (credentials === undefined) {
    return (request) => {
      const refusal = refuseInvocation(request.directory.find, functionArn, sourceOf(request))
      // AWS: the caller learns nothing; the log has "Invalid permissions on Lambda function". [behaviour.md 12]
      if (refusal !== undefined) throw misconfiguration(refusal)
    }
  }
  if (isCallers(credentials)) {
    return (request, caller, { signers }) => {
      const signer = signerOf(caller)
      const access = accessRequest('lambda:InvokeFunction', functionArn, request, signer)
      admitIdentity(signer, access, request, signers)
    }
  }
  return (request, _caller, { aws, signers, wallClock, clock }) => {
    const nowMs = (wallClock ?? clock).nowMs()
    const taken = takeRole(credentials, 'lambda', request, aws, nowMs)
    const role = taken && request.directory.find('principal', credentials)
    // Whoever runs the function elsewhere knows the role; on a developer's machine it may be nowhere.
    if (taken === undefined || role === undefined) return
    const signer = sessionOf(role, taken)
    admitIdentity(signer, roleAccessRequest(functionArn, request, signer), request, signers)
  }
}

/** Undefined: the call is made without it. */
const takeRole = (
  roleArn: string,
  service: string,
  { directory }: GatewayRequest,
  aws: AwsAccess | undefined,
  nowMs: number,
): TemporaryCredentials | undefined => {
  const issued = aws?.assumeRole?.({ roleArn, service, find: directory.find, nowMs })
  if (typeof issued !== 'string') return issued
  throw misconfiguration(
    `API Gateway cannot assume the role ${roleArn}: ${issued} (${REFUSALS[issued]})`,
  )
}

const REFUSALS: Readonly<Record<IssueRefusal, string>> = {
  'no-such-role': 'create it, or mend the ARN',
  untrusted: 'its trust policy must allow sts:AssumeRole to apigateway.amazonaws.com',
  'too-large': 'its session does not fit into a token',
}

const sessions = new WeakMap<PrincipalEntry, Signer>()

/** API Gateway in a role, as policies see it: the same until the role changes or its credentials end. */
const sessionOf = (role: PrincipalEntry, taken: TemporaryCredentials): Signer => {
  const known = sessions.get(role)
  if (known?.accessKeyId === taken.accessKeyId) return known
  const made: Signer = {
    ...taken,
    accountId: role.accountId,
    principal: role,
    sessionPolicies: [],
    contextKeys: {},
  }
  sessions.set(role, made)
  return made
}

/** The policies of both sides are compiled once; what is asked of them may depend on the time, so it is asked anew. */
const admitIdentity = (
  signer: Signer,
  access: AccessRequest,
  { directory }: GatewayRequest,
  signers: Signers | undefined,
): void => {
  const decided = evaluateInvocation(signer, access, directory.find, signers)
  if (decided.decision === 'allow') return
  const name = signer.principal?.arn ?? signer.arn
  throw misconfiguration(
    `${name} may not invoke ${access.resource}: ${describeEvaluation(decided)} ` +
      '(its policies must allow lambda:InvokeFunction on it)',
  )
}

const evaluateInvocation = (
  signer: Signer,
  access: AccessRequest,
  find: FindEntry,
  signers: Signers | undefined,
): Evaluation => {
  if (signers === undefined) return IMPLICIT_DENY
  // A function that is not here has its policy elsewhere: only this side can be asked.
  if (evaluateFunctionPolicy(find, access) === undefined) {
    return signers.evaluate(signer, access).evaluation
  }
  const accountId = access.resource.split(':', 5)[4] ?? ''
  const evaluate = (one: AccessRequest) => evaluateFunctionPolicy(find, one)
  return signers.evaluateWith(signer, access, { accountId, evaluate }).evaluation
}

/** `arn:aws:iam::*:user/*` */
const isCallers = (credentials: string): boolean => credentials.endsWith(':user/*')

/** AWS: who was not asked to sign has no credentials to pass on. */
const signerOf = ({ signer }: Caller): Signer => {
  if (signer !== undefined) return signer()
  throw misconfiguration(
    'the integration asks for the caller’s credentials, and the method does not ask for AWS_IAM authorization',
  )
}

/** AWS: it is found at the call, and the caller learns nothing of it. */
const misconfiguration = (hint: string): GatewayFailure =>
  new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', { hint })
