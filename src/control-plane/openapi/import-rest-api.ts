// ImportRestApi and PutRestApi: a REST API from an API definition.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
import type { ImportRestApiRequest, PutRestApiRequest } from '@aws-sdk/client-api-gateway'
import type { EndpointType, RestApi } from '#model/apigateway/rest-api.ts'
import { republishApi } from '#snapshot/publish.ts'
import { type WriteCall, writes } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { createApi, type NewRestApi, writeApi } from '../apigateway/draft.ts'
import { endpointConfiguration, ENDPOINT_TYPES } from '../apigateway/endpoint.ts'
import { restApiOf } from '../apigateway/lookups.ts'
import { COMPRESSION_SIZE_INVALID, COMPRESSION_SIZE_MAX } from '../apigateway/rest-api-patch.ts'
import { answer, parsePolicy } from '../apigateway/rest-apis.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import type { Definition } from './definition.ts'
import { definitionText, pathPrefix, refuseFaulty } from './import-options.ts'
import { readDefinition } from './read-definition.ts'
import { type DraftOptions, writeDraft } from './rest-draft.ts'

const importRestApi = async (
  input: Shape<ImportRestApiRequest>,
  call: WriteCall,
): Promise<RestApi> => {
  const definition = read(input, call)
  if (definition.title.trim() === '') {
    throw badRequest('Invalid OpenAPI input. $.info.title: a title is expected')
  }
  const facts: NewRestApi = defined({
    name: definition.title,
    disableExecuteApiEndpoint: definition.extensions.disableExecuteApiEndpoint ?? false,
    endpointConfiguration: endpointConfiguration(endpointOf(input, definition)),
    securityPolicy: definition.extensions.securityPolicy,
    endpointAccessMode: accessMode(definition),
    ...apiFacts(definition),
  })
  const api = await createApi(call, facts, { builtInModels: false })
  return write(call, api, definition, input, 'merge')
}

const putRestApi = async (input: Shape<PutRestApiRequest>, call: WriteCall): Promise<RestApi> => {
  constrain(oneOf(input.mode, 'putRestApiInput.mode', ['merge', 'overwrite']))
  const before = await restApiOf(call, required(input.restApiId, 'putRestApiInput.restApiId'))
  const definition = read(input, call)
  const mode = input.mode ?? 'merge'
  const { extensions } = definition
  const kept = defined({
    id: before.id,
    name: definition.title.trim() === '' ? before.name : definition.title,
    rootResourceId: before.rootResourceId,
    createdDate: before.createdDate,
    tags: before.tags,
    // AWS: overwriting keeps the endpoint configuration; what the definition says of it is merged.
    endpointConfiguration: endpointConfiguration({
      ...before.endpointConfiguration,
      ...endpointOf(input, definition),
    }),
    disableExecuteApiEndpoint:
      extensions.disableExecuteApiEndpoint ?? before.disableExecuteApiEndpoint,
    securityPolicy: extensions.securityPolicy ?? before.securityPolicy,
    endpointAccessMode: accessMode(definition) ?? before.endpointAccessMode,
  })
  const facts = apiFacts(definition)
  const api =
    mode === 'overwrite'
      ? { ...facts, ...kept }
      : { ...before, ...declared(definition, facts), ...kept }
  return write(call, api, definition, input, mode)
}

/** The rows of apigateway's registry. */
export const openapiOperations = Object.freeze({
  ImportRestApi: writes(importRestApi),
  PutRestApi: writes(putRestApi),
})

type Input = Pick<Shape<PutRestApiRequest>, 'body' | 'failOnWarnings' | 'parameters'>

const read = ({ body, parameters }: Input, call: WriteCall): Definition =>
  readDefinition(definitionText(body), 'REST', call, {
    ignoreDocumentation: parameters?.['ignore'] === 'documentation',
  })

const write = async (
  call: WriteCall,
  api: RestApi,
  definition: Definition,
  input: Input,
  mode: DraftOptions['mode'],
): Promise<RestApi> => {
  const failOnWarnings = input.failOnWarnings ?? input.parameters?.['failonwarnings'] === 'true'
  refuseFaulty(definition, definition.errors, failOnWarnings)
  const prefix = pathPrefix(input.parameters?.['basepath'], definition.basePath)
  const warnings = nonEmpty([
    ...definition.warnings,
    ...definition.notes,
    ...unknownParameters(input),
  ])
  const { warnings: _, ...facts } = api
  const written: RestApi = defined({ ...facts, warnings })
  await writeApi(call, written)
  const errors = await writeDraft(call, written, definition, { mode, prefix })
  refuseFaulty(definition, errors, failOnWarnings)
  await republishApi(call.tx, call, written.id)
  return answer(written)
}

const PARAMETERS = ['basepath', 'endpointConfigurationTypes', 'failonwarnings', 'ignore', 'mode']

const unknownParameters = ({ parameters }: Input): readonly string[] =>
  Object.keys(parameters ?? {})
    .filter((name) => !PARAMETERS.includes(name))
    .map((name) => `the import parameter ${name} is not used`)

const apiFacts = ({ description, version, extensions }: Definition) => {
  const { apiKeySource = 'HEADER', minimumCompressionSize: size } = extensions
  if (apiKeySource !== 'HEADER' && apiKeySource !== 'AUTHORIZER') {
    throw badRequest(`Invalid API key source ${apiKeySource}. Valid options are HEADER,AUTHORIZER`)
  }
  const isSize = Number.isInteger(size) && Number(size) >= 0 && Number(size) <= COMPRESSION_SIZE_MAX
  if (size !== undefined && !isSize) throw badRequest(COMPRESSION_SIZE_INVALID)
  return defined({
    description: description || undefined,
    version,
    apiKeySource: apiKeySource as 'HEADER' | 'AUTHORIZER', // Checked above; the compiler widens it.
    binaryMediaTypes: nonEmpty(extensions.binaryMediaTypes),
    minimumCompressionSize: size,
    policy: parsePolicy(extensions.policy),
  })
}

/**
 * A merge changes the key source only where the definition names one: HEADER is but the default.
 */
const declared = <T extends { readonly apiKeySource: RestApi['apiKeySource'] }>(
  { extensions }: Definition,
  facts: T,
): T | Omit<T, 'apiKeySource'> => {
  if (extensions.apiKeySource !== undefined) return facts
  const { apiKeySource: _, ...rest } = facts
  return rest
}

const accessMode = ({ extensions }: Definition): 'BASIC' | 'STRICT' | undefined => {
  const mode = extensions.endpointAccessMode
  if (mode === undefined || mode === 'BASIC' || mode === 'STRICT') return mode
  throw badRequest(`Invalid endpointAccessMode ${mode}. Valid options are BASIC,STRICT`)
}

/** The endpoint as the call says it, or else the definition; nothing where neither does. */
const endpointOf = ({ parameters }: Input, { extensions }: Definition) => {
  const asked = parameters?.['endpointConfigurationTypes']
  const { types, ipAddressType, vpcEndpointIds } = extensions.endpointConfiguration ?? {}
  return defined({
    types: asked === undefined ? types && [...types] : asked.split(',').map(endpointType),
    ipAddressType,
    vpcEndpointIds: vpcEndpointIds && [...vpcEndpointIds],
  })
}

const endpointType = (name: string): EndpointType => {
  const type = ENDPOINT_TYPES.find((known) => known === name.trim())
  if (type !== undefined) return type
  throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE')
}
