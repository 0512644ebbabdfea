// In whose name an integration calls AWS: in nobody's in particular, in a role's, or in the caller's.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
import type { SigningCredentials } from '#languages/sigv4/sign.ts'
import type { Caller, Signer } from '#model/caller.ts'
import type { GatewayRequest } from '../accept/request.ts'
import { accessRequest } from '../admit/access-request.ts'
import { type InvocationSource, refuseInvocation } from '../admit/function-policy.ts'
import type { Limits } from '../compiling.ts'
import { type AwsAccess, GatewayFailure, type Services } from '../plan.ts'

/** What a call of `service` is signed with. */
export type CredentialsFor = (
  request: GatewayRequest,
  caller: Caller,
  aws: AwsAccess,
  nowMs: number,
) => SigningCredentials | Promise<SigningCredentials>

/** `credentials` of an integration, `credentialsArn` of an HTTP API's. */
export const compileCredentials = (
  credentials: string | undefined,
  service: string,
): CredentialsFor => {
  if (credentials === undefined) return (_request, _caller, aws) => aws.credentials
  if (isCallers(credentials)) return (_request, caller) => signerOf(caller)
  return async ({ directory }, _caller, { assumeRole, credentials: own }, nowMs) => {
    const roleArn = credentials
    const issued = await assumeRole?.({ roleArn, service, find: directory.find, nowMs })
    if (issued === undefined) return own
    if (typeof issued !== 'string') return issued
    throw misconfiguration(`API Gateway cannot assume the role ${roleArn}: ${issued}`)
  }
}

/** Lets a function be invoked, or throws. In a role's name every function here may be; in nobody's, its policy decides. */
export type AdmitInvocation = (request: GatewayRequest, caller: Caller, services: Services) => void

export const compileInvocationRights = (
  credentials: string | undefined,
  functionArn: string,
  limits: Limits,
  sourceOf: (request: GatewayRequest) => InvocationSource,
): AdmitInvocation => {
  if (credentials === undefined) {
    return (request) => {
      const refusal = refuseInvocation(request.directory.find, functionArn, sourceOf(request))
      // AWS: the caller learns nothing; the log has "Invalid permissions on Lambda function". [behaviour.md 12]
      if (refusal !== undefined) throw misconfiguration(refusal)
    }
  }
  if (!isCallers(credentials)) {
    limits.ignore('integration credentials')
    return () => undefined
  }
  return (request, caller, { signers }) => {
    const signer = signerOf(caller)
    const access = accessRequest('lambda:InvokeFunction', functionArn, request, signer)
    if (signers?.evaluate(signer, access).decision === 'allow') return
    throw misconfiguration(`${signer.arn} may not invoke ${functionArn} (lambda:InvokeFunction)`)
  }
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
