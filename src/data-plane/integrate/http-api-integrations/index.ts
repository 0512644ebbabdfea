// The integration types of HTTP APIs: a row per type, and what none of them does is refused by name.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html
import { HTTP_INTEGRATION_TIMEOUT_MS_MAX } from '#model/quotas.ts'
import type { IntegrationTypeV2, IntegrationV2 } from '#model/apigatewayv2/api.ts'
import {
  compileRequestMapping,
  type RequestMapping,
} from '#languages/parameter-mapping/request-mapping.ts'
import {
  compileResponseMapping,
  type ResponseMapping,
} from '#languages/parameter-mapping/response-mapping.ts'
import type { Limits, StageFacts } from '../../compiling.ts'
import type { HttpRoutePlan } from '../../plan.ts'
import { putStageVariables } from '../stage-variables.ts'
import { compileAwsProxy } from './aws-proxy.ts'
import { compileHttpProxy } from './http-proxy.ts'
import { compileSubtype } from './subtype.ts'

/** What the compile half of an integration type is given. */
export interface HttpIntegrationSource {
  readonly routeKey: string
  readonly integration: IntegrationV2
  readonly stage: StageFacts
  readonly limits: Limits
  /** With stage variables put in; '' where there is none. */
  readonly uri: string
  readonly requestMapping: RequestMapping | undefined
  readonly responseMapping: ResponseMapping | undefined
  readonly timeoutMs: number
}

export const compileHttpApiIntegration = (
  routeKey: string,
  integration: IntegrationV2,
  stage: StageFacts,
  limits: Limits,
): HttpRoutePlan['integrate'] => {
  const compile = TYPES[integration.integrationType]
  if (compile === undefined) return limits.refuse(`${integration.integrationType} integrations`)
  if (integration.integrationSubtype !== undefined) {
    return compileSubtype(integration, integration.integrationSubtype, stage, limits)
  }
  if (integration.connectionType === 'VPC_LINK' && integration.integrationType !== 'HTTP_PROXY') {
    return limits.refuse('VPC link integrations')
  }
  const requests = compileRequestMapping(integration.requestParameters)
  const responses = compileResponseMapping(integration.responseParameters)
  const refusals = [...requests.problems, ...responses.problems].map((problem) =>
    limits.refuse(problem),
  )
  if (refusals[0] !== undefined) return refusals[0]
  return compile({
    routeKey,
    integration,
    stage,
    limits,
    uri: putStageVariables(integration.integrationUri ?? '', stage),
    requestMapping: requests.mapping,
    responseMapping: responses.mapping,
    timeoutMs: Math.min(integration.timeoutInMillis, HTTP_INTEGRATION_TIMEOUT_MS_MAX),
  })
}

/** Undefined: no integration type of HTTP APIs on AWS either. */
const TYPES: Readonly<
  Record<
    IntegrationTypeV2,
    ((source: HttpIntegrationSource) => HttpRoutePlan['integrate']) | undefined
  >
> = {
  AWS: undefined,
  AWS_PROXY: compileAwsProxy,
  HTTP: undefined,
  HTTP_PROXY: compileHttpProxy,
  MOCK: undefined,
}
