// AWS: a Lambda function behind templates, or a call of any other AWS service.
// https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { MethodSource } from '../../compiling.ts'
import type { RestMethodPlan } from '../../plan.ts'
import { misconfigured } from '../misconfigured.ts'
import { putStageVariables } from '../stage-variables.ts'
import { compileAwsLambda } from './aws-lambda.ts'
import { compileAwsService } from './aws-service.ts'

/** `arn:aws:apigateway:{region}:{service}:{path|action}/{what}`; a service may have a sub-domain before it. */
const SERVICE_URI = /^arn:[^:]+:apigateway:([^:]*):([^:/]+):(path|action)\/(.*)$/s

export const compileAws = (
  source: MethodSource,
  integration: Integration,
): RestMethodPlan['integrate'] => {
  const { stage, limits } = source
  const uri = putStageVariables(integration.uri ?? '', stage)
  const [, region = '', service = '', kind, what = ''] = SERVICE_URI.exec(uri) ?? []
  if (kind === undefined) return misconfigured(`the integration's URI names no service: ${uri}`)
  if (service.includes('.')) return limits.refuse(`AWS integration with the sub-domain ${service}`)
  if (integration.responseTransferMode === 'STREAM') {
    return limits.refuse('streaming of an AWS integration')
  }
  if (service === 'lambda' && what.includes('/functions/')) {
    return compileAwsLambda(source, integration, uri)
  }
  return compileAwsService(source, integration, {
    region: region === '' ? stage.scope.region : region,
    service,
    kind: kind === 'path' ? 'path' : 'action',
    what,
  })
}
