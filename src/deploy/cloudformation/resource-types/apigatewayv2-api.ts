// AWS::ApiGatewayV2::Api: by properties, by quick create (`Target`), or by an OpenAPI definition.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html
import {
  boolean,
  elsewhere,
  type Input,
  list,
  named,
  number,
  structure,
  tags,
  text,
} from '../properties.ts'
import { type Made, type ResourceContext, type ResourceType, textMember } from '../resource-type.ts'
import { definitionOf, reportWarnings, settingsHash, warningsOf } from './definition.ts'

const CORS = structure({
  AllowCredentials: boolean,
  AllowHeaders: list(text),
  AllowMethods: list(text),
  AllowOrigins: list(text),
  ExposeHeaders: list(text),
  MaxAge: number,
})

export const api: ResourceType = {
  properties: {
    ApiKeySelectionExpression: text,
    BasePath: named('basepath', text),
    Body: elsewhere, // `definitionOf` reads it.
    BodyS3Location: elsewhere,
    CorsConfiguration: CORS,
    CredentialsArn: text,
    Description: text,
    DisableExecuteApiEndpoint: boolean,
    DisableSchemaValidation: boolean,
    FailOnWarnings: boolean,
    IpAddressType: text,
    Name: text,
    ProtocolType: text,
    RouteKey: text,
    RouteSelectionExpression: text,
    Tags: tags,
    Target: text,
    Version: text,
  },
  fingerprint: (context) => definitionOf(context) ?? '',
  reportMade: reportWarnings,
  create: async (input, context) => {
    const definition = definitionOf(context)
    if (definition !== undefined) return importApi('ImportApi', input, definition, context)
    const { basepath: _, failOnWarnings: __, ...settings } = input
    const created = await context.call('apigatewayv2', 'CreateApi', {
      name: context.logicalId,
      protocolType: 'HTTP',
      ...settings,
    })
    return made(created, input)
  },
  update: async (input, existing, context) => {
    const definition = definitionOf(context)
    if (definition === undefined || existing.keys['settings'] !== settingsHash(input)) {
      return undefined
    }
    return importApi('ReimportApi', input, definition, context, existing.physicalId)
  },
  delete: async ({ physicalId: apiId }, { call }) => {
    await call('apigatewayv2', 'DeleteApi', { apiId })
  },
}

const importApi = async (
  operation: 'ImportApi' | 'ReimportApi',
  input: Input,
  definition: string,
  context: ResourceContext,
  apiId?: string,
): Promise<Made> => {
  const { basepath, failOnWarnings, tags, protocolType: _, ...settings } = input
  const imported = await context.call('apigatewayv2', operation, {
    body: definition,
    ...(apiId === undefined ? {} : { apiId }),
    ...(basepath === undefined ? {} : { basepath }),
    ...(failOnWarnings === undefined ? {} : { failOnWarnings }),
  })
  const result = made(imported, input)
  // What the template says of an API outside its definition wins over the definition.
  if (Object.keys(settings).length > 0) {
    await context.call('apigatewayv2', 'UpdateApi', { apiId: result.physicalId, ...settings })
  }
  if (tags !== undefined) {
    const resourceArn = `arn:aws:apigateway:${context.scope.region}::/apis/${result.physicalId}`
    await context.call('apigatewayv2', 'TagResource', { resourceArn, tags })
  }
  return result
}

const made = (api: Readonly<Record<string, unknown>>, input: Input): Made => {
  const apiId = textMember(api, 'apiId')
  return {
    physicalId: apiId,
    attributes: { ApiId: apiId, ApiEndpoint: textMember(api, 'apiEndpoint') },
    keys: { settings: settingsHash(input), warnings: warningsOf(api) },
  }
}
