// AWS_IAM: a request that is signed with AWS credentials. Who signed it is found here; what they may do is the
// business of the policies. https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
import type { SignableRequest } from '#languages/sigv4/message.ts'
import { readSignature } from '#languages/sigv4/read-signature.ts'
import type { Refusal } from '#languages/sigv4/refusals.ts'
import { unrecognizedClient } from '#languages/sigv4/refusals.ts'
import type { Caller, CallerIdentity, Signer } from '#model/caller.ts'
import type { ContextValue } from '#languages/iam-policy/policy.ts'
import type { GatewayRequest } from '../../accept/request.ts'
import type { Services } from '../../plan.ts'
import type { SignedService } from '../signers.ts'

/** The signer, or how the signature is refused. The body is read only where there is a signature that may cover it. */
export const authenticateSigner = async (
  request: GatewayRequest,
  region: string,
  services: Services,
  service: SignedService = 'execute-api',
): Promise<{ readonly kind: 'verified'; readonly signer: Signer } | Refusal> => {
  const { http } = request
  // What was sent, as it was sent: never the routed path, never a decoded body.
  const { method, target, headers } = http
  const signature = readSignature({ method, target, headers })
  if (signature.kind === 'refused') return signature
  if (services.signers === undefined) return unrecognizedClient('Nobody has access keys here.')
  const body = await request.readBody()
  const signed: SignableRequest = { method, target, headers, body }
  const { find } = request.directory
  // Clients sign with the real time, however the clock of this gateway was set.
  const nowMs = services.wallClock?.nowMs() ?? request.arrivedAtMs
  return services.signers.verify(signature, signed, { nowMs, region, find, service })
}

/** Who signed, as events, templates and integrations are told. */
export const signedCaller = (signer: Signer): Caller => ({
  identity: callerIdentity(signer),
  signer: () => signer,
})

const callerIdentity = (signer: Signer): CallerIdentity => {
  const { contextKeys } = signer
  const pool = single(contextKeys[`${COGNITO}:aud`])
  const identityId = single(contextKeys[`${COGNITO}:sub`])
  const amr = list(contextKeys[`${COGNITO}:amr`])
  // AWS: `amr` is `["authenticated", provider, "provider:…:CognitoSignIn:user"]`, or `["unauthenticated"]`.
  const [type, ...providers] = amr
  return {
    accessKey: signer.accessKeyId,
    accountId: signer.accountId,
    caller: signer.userId,
    user: signer.userId,
    userArn: signer.arn,
    ...(identityId !== undefined && { cognitoIdentityId: identityId }),
    ...(pool !== undefined && { cognitoIdentityPoolId: pool }),
    ...(type !== undefined && { cognitoAuthenticationType: type, cognitoAmr: amr }),
    ...(providers.length > 0 && { cognitoAuthenticationProvider: providers.join(',') }),
  }
}

const COGNITO = 'cognito-identity.amazonaws.com'

const single = (value: ContextValue | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

const list = (value: ContextValue | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value
