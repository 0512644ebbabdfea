// The extensions at the root of an export: what API Gateway keeps of an API and OpenAPI has no words for.
import type { RestDocument } from '#model/documents.ts'
import { defined, nonEmpty } from '../defined.ts'

type Members = Readonly<Record<string, unknown>>

export const exportApiExtensions = (document: RestDocument): Members => {
  const { api, requestValidators, gatewayResponses } = document
  const validators = requestValidators.map((validator) => {
    const { validateRequestBody, validateRequestParameters } = validator
    return [validatorName(validator), { validateRequestParameters, validateRequestBody }] as const
  })
  const responses = gatewayResponses.map(
    ({ responseType, statusCode, responseParameters, responseTemplates }) =>
      [
        responseType,
        // Empty maps are written too: without one, an import puts the default in its place. [F065]
        defined({ statusCode, responseParameters, responseTemplates }),
      ] as const,
  )
  return defined({
    'x-amazon-apigateway-api-key-source':
      api.apiKeySource === 'HEADER' ? undefined : api.apiKeySource,
    'x-amazon-apigateway-request-validators': nonEmpty(Object.fromEntries(validators)),
    'x-amazon-apigateway-gateway-responses': nonEmpty(Object.fromEntries(responses)),
    'x-amazon-apigateway-policy': api.policy === undefined ? undefined : policyOf(api.policy),
    'x-amazon-apigateway-binary-media-types': nonEmpty(api.binaryMediaTypes),
    'x-amazon-apigateway-minimum-compression-size': api.minimumCompressionSize,
    'x-amazon-apigateway-security-policy': api.securityPolicy,
    'x-amazon-apigateway-endpoint-access-mode': api.endpointAccessMode,
  })
}

/** Stands at the root of Swagger and at the server of OpenAPI 3. */
export const exportEndpoint = ({ api }: RestDocument): Members => {
  const configuration = defined({
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint || undefined,
    vpcEndpointIds: nonEmpty(api.endpointConfiguration.vpcEndpointIds),
  })
  return defined({ 'x-amazon-apigateway-endpoint-configuration': nonEmpty(configuration) })
}

/** Validators are named by name in a definition; one without a name is named by its id. */
export const validatorName = (validator: RestDocument['requestValidators'][number]): string =>
  validator.name || validator.id

const policyOf = (policy: string): unknown => JSON.parse(policy) // Checked when it was stored.
