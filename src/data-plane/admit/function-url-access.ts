// Who may call a function's URL: everybody whom the function's policy lets in, or, with AuthType AWS_IAM, who has
// signed for the service `lambda` and is allowed lambda:InvokeFunctionUrl by their own policies or the function's.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
import type { AccessRequest } from '#languages/iam-policy/policy.ts'
import { describeEvaluation } from '#languages/iam-policy/policy.ts'
import { ANONYMOUS, type Caller, type Signer } from '#model/caller.ts'
import type { FunctionUrlEntry } from '#model/documents.ts'
import { GatewayFailure, type HttpApiRequest, type HttpRoutePlan, type Services } from '../plan.ts'
import { signatureRefused } from './access-denied.ts'
import { accessRequest } from './access-request.ts'
import { authenticateSigner, signedCaller } from './authorizers/aws-iam.ts'
import { shallowArn } from './function-arn.ts'
import { allows, evaluateFunctionPolicy } from './function-policy.ts'

const ACTION = 'lambda:InvokeFunctionUrl'

export const compileFunctionUrlAccess = (entry: FunctionUrlEntry): HttpRoutePlan['authorize'] =>
  entry.authType === 'AWS_IAM'
    ? (request, services) => admitSigner(entry, request, services)
    : (request) => {
        admitEverybody(entry, request)
        return ANONYMOUS
      }

/** AWS: AuthType NONE asks nobody who they are, and the function's policy must let everybody in. [guide: urls-auth] */
const admitEverybody = (entry: FunctionUrlEntry, request: HttpApiRequest): void => {
  const { name, qualifier, key } = shallowArn(entry.functionArn)
  const found = request.directory.find('function', key)
  const facts = { 'lambda:FunctionUrlAuthType': 'NONE' }
  if (found && allows(found, qualifier, ACTION, { kind: 'anonymous' }, facts)) return
  throw forbidden(
    `the policy of ${name} does not let everybody invoke its URL. Call: aws lambda add-permission --function-name ${name} ` +
      `--statement-id url --action lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE`,
  )
}

const admitSigner = async (
  { functionArn, scope }: FunctionUrlEntry,
  request: HttpApiRequest,
  services: Services,
): Promise<Caller> => {
  const outcome = await authenticateSigner(request, scope.region, services, 'lambda')
  if (outcome.kind === 'refused') throw signatureRefused(outcome)
  const { signer } = outcome
  const decided = services.signers?.evaluateWith(signer, accessOf(functionArn, request, signer), {
    accountId: scope.accountId,
    evaluate: (one) => evaluateFunctionPolicy(request.directory.find, one),
  })
  if (decided?.evaluation.decision === 'allow') return signedCaller(signer)
  const why = decided === undefined ? '' : `: ${describeEvaluation(decided.evaluation)}`
  throw forbidden(`${signer.arn} may not ${ACTION} on ${functionArn}${why}`)
}

const accessOf = (functionArn: string, request: HttpApiRequest, signer: Signer): AccessRequest => {
  const access = accessRequest(ACTION, functionArn, request, signer)
  const context: AccessRequest['context'] = (key) =>
    key === 'lambda:functionurlauthtype' ? 'AWS_IAM' : access.context(key)
  return { ...access, context }
}

const forbidden = (hint: string): GatewayFailure =>
  new GatewayFailure('ACCESS_DENIED', 'Forbidden', { hint })
