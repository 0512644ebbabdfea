// AWS::ApiGateway::RestApi. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
import { isObject } from '#shared/json.ts'
import {
  boolean,
  elsewhere,
  type Input,
  policyText,
  list,
  map,
  named,
  number,
  structure,
  tags,
  text,
} from '../properties.ts'
import type { Existing, Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { textMember } from '../resource-type.ts'
import { definitionOf, reportWarnings, settingsHash, warningsOf } from './definition.ts'
import { escapeSegment, type PatchOperation, replacing } from './patches.ts'

export const restApi: ResourceType = {
  properties: {
    ApiKeySourceType: named('apiKeySource', text),
    BinaryMediaTypes: list((value, path, audience) =>
      text(value, path, audience).replaceAll('~1', '/'),
    ),
    Body: elsewhere, // `definitionOf` reads it.
    BodyS3Location: elsewhere,
    CloneFrom: text,
    Description: text,
    DisableExecuteApiEndpoint: boolean,
    EndpointAccessMode: text,
    EndpointConfiguration: structure({
      Types: list(text),
      IpAddressType: text,
      VpcEndpointIds: list(text),
    }),
    FailOnWarnings: boolean,
    MinimumCompressionSize: number,
    Mode: text,
    Name: text,
    Parameters: map(text),
    Policy: policyText,
    SecurityPolicy: text,
    Tags: tags,
  },
  fingerprint: (context) => definitionOf(context) ?? '',
  reportMade: reportWarnings,
  create: async (input, context) => {
    const definition = definitionOf(context)
    if (definition !== undefined) return importApi(input, definition, context)
    const { failOnWarnings: _, mode: __, parameters: ___, ...settings } = input
    const api = await context.call('apigateway', 'CreateRestApi', {
      name: context.logicalId,
      ...settings,
    })
    return made(api, input)
  },
  update: async (input, existing, context) => {
    const definition = definitionOf(context)
    if (definition === undefined || existing.keys['settings'] !== settingsHash(input)) {
      return undefined
    }
    return putApi(input, definition, existing, context)
  },
  delete: async ({ physicalId }, { call }) => {
    await call('apigateway', 'DeleteRestApi', { restApiId: physicalId })
  },
}

const importApi = async (
  input: Input,
  definition: string,
  context: ResourceContext,
): Promise<Made> => {
  const { failOnWarnings, endpointConfiguration } = input
  const types = isObject(endpointConfiguration) ? endpointConfiguration['types'] : undefined
  const parameters = isObject(input['parameters']) ? input['parameters'] : {}
  const api = await context.call('apigateway', 'ImportRestApi', {
    body: Buffer.from(definition),
    parameters: {
      ...(Array.isArray(types) ? { endpointConfigurationTypes: types.join(',') } : {}),
      ...parameters,
    },
    ...(failOnWarnings === undefined ? {} : { failOnWarnings }),
  })
  const id = textMember(api, 'id')
  await patch(id, input, context)
  if (input['tags'] !== undefined) {
    const resourceArn = `arn:aws:apigateway:${context.scope.region}::/restapis/${id}`
    await context.call('apigateway', 'TagResource', { resourceArn, tags: input['tags'] })
  }
  return made(api, input)
}

const putApi = async (
  input: Input,
  definition: string,
  existing: Existing,
  context: ResourceContext,
): Promise<Made> => {
  const { failOnWarnings, mode = 'overwrite', parameters } = input
  const api = await context.call('apigateway', 'PutRestApi', {
    restApiId: existing.physicalId,
    body: Buffer.from(definition),
    mode,
    ...(failOnWarnings === undefined ? {} : { failOnWarnings }),
    ...(parameters === undefined ? {} : { parameters }),
  })
  await patch(existing.physicalId, input, context)
  return made(api, input)
}

/** What the template says of an API outside its definition wins over the definition. */
const patch = async (restApiId: string, input: Input, context: ResourceContext): Promise<void> => {
  const { binaryMediaTypes, endpointConfiguration } = input
  const endpoint: Input = isObject(endpointConfiguration) ? endpointConfiguration : {}
  const { vpcEndpointIds } = endpoint
  const patchOperations: readonly PatchOperation[] = [
    ...replacing(input, {
      name: '/name',
      description: '/description',
      apiKeySource: '/apiKeySource',
      disableExecuteApiEndpoint: '/disableExecuteApiEndpoint',
      endpointAccessMode: '/endpointAccessMode',
      minimumCompressionSize: '/minimumCompressionSize',
      policy: '/policy',
      securityPolicy: '/securityPolicy',
    }),
    ...replacing(endpoint, { ipAddressType: '/endpointConfiguration/ipAddressType' }),
    ...textsOf(binaryMediaTypes).map((type) => ({
      op: 'add' as const,
      path: `/binaryMediaTypes/${escapeSegment(type)}`,
      value: type,
    })),
    ...textsOf(vpcEndpointIds).map((value) => ({
      op: 'add' as const,
      path: '/endpointConfiguration/vpcEndpointIds',
      value,
    })),
  ]
  if (patchOperations.length === 0) return
  await context.call('apigateway', 'UpdateRestApi', { restApiId, patchOperations })
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : []

const made = (api: Readonly<Record<string, unknown>>, input: Input): Made => {
  const id = textMember(api, 'id')
  return {
    physicalId: id,
    attributes: { RestApiId: id, RootResourceId: textMember(api, 'rootResourceId') },
    keys: { settings: settingsHash(input), warnings: warningsOf(api) },
  }
}
