// The integration types of REST APIs: the compiler asks for a row where the model gains one.
import type { Integration, IntegrationType } from '#model/apigateway/rest-api.ts'
import type { MethodSource } from '../../compiling.ts'
import { GatewayFailure, type RestMethodPlan } from '../../plan.ts'
import { compileAws } from './aws.ts'
import { compileAwsProxy } from './aws-proxy.ts'
import { compileHttp } from './http.ts'
import { compileHttpProxy } from './http-proxy.ts'
import { compileMock } from './mock.ts'

type CompileIntegration = (
  source: MethodSource,
  integration: Integration,
) => RestMethodPlan['integrate']

export const compileIntegration = (source: MethodSource): RestMethodPlan['integrate'] => {
  const integration = source.method.methodIntegration
  if (integration === undefined) return noIntegration
  // AWS: a VPC link leads to HTTP backends only. [guide: set-up-private-integration]
  if (integration.connectionType === 'VPC_LINK' && !integration.type.startsWith('HTTP')) {
    return source.limits.refuse('VPC links of other integrations than HTTP')
  }
  return TYPES[integration.type](source, integration)
}

const TYPES: Readonly<Record<IntegrationType, CompileIntegration>> = {
  AWS: compileAws,
  AWS_PROXY: compileAwsProxy,
  HTTP: compileHttp,
  HTTP_PROXY: compileHttpProxy,
  MOCK: compileMock,
}

/** AWS: a method without an integration cannot be deployed; a document that has one all the same is a 500. */
const noIntegration = (): never => {
  throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
    hint: 'No integration defined for method',
  })
}
