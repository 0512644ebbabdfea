// RestApi: the draft itself. https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html
import type {
  CreateRestApiRequest,
  DeleteRestApiRequest,
  GetRestApiRequest,
  GetRestApisRequest,
  UpdateRestApiRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApi } from '#model/apigateway/rest-api.ts'
import { republishApi } from '#snapshot/publish.ts'
import { restApis } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, eachOneOf, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { refuseMapped } from '../domain-names.ts'
import { applyPatch } from '../patch-operations.ts'
import { copyDraft, createApi, deleteApi, writeApi } from './draft.ts'
import { ENDPOINT_TYPES, endpointConfiguration, IP_ADDRESS_TYPES } from './endpoint.ts'
import { restApiOf } from './lookups.ts'
import { pageOf, type Page } from './pages.ts'
import { COMPRESSION_SIZE_INVALID, COMPRESSION_SIZE_MAX, REST_API_PATCH } from './rest-api-patch.ts'
import { checkTags } from './tag-rules.ts'

export const createRestApi = async (
  input: Shape<CreateRestApiRequest>,
  call: WriteCall,
): Promise<RestApi> => {
  const { endpointConfiguration: endpoint, minimumCompressionSize: size } = input
  constrain(
    eachOneOf(endpoint?.types, 'createRestApiInput.endpointConfiguration.types', ENDPOINT_TYPES),
    oneOf(
      endpoint?.ipAddressType,
      'createRestApiInput.endpointConfiguration.ipAddressType',
      IP_ADDRESS_TYPES,
    ),
    oneOf(input.apiKeySource, 'createRestApiInput.apiKeySource', ['AUTHORIZER', 'HEADER']),
  )
  const name = required(input.name, 'createRestApiInput.name')
  if (name.trim() === '') throw badRequest('Name cannot be empty')
  // AWS: a blank description is refused before anything else is looked at. [F014]
  if (input.description === '') throw badRequest('Description cannot be an empty string')
  if (
    size !== undefined &&
    !(Number.isInteger(size) && size >= 0 && size <= COMPRESSION_SIZE_MAX)
  ) {
    throw badRequest(COMPRESSION_SIZE_INVALID)
  }
  checkTags(input.tags)
  const facts = defined({
    name,
    apiKeySource: input.apiKeySource ?? ('HEADER' as const),
    disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
    endpointConfiguration: endpointConfiguration(endpoint),
    description: input.description,
    version: input.version,
    binaryMediaTypes: nonEmpty(input.binaryMediaTypes),
    minimumCompressionSize: size,
    policy: parsePolicy(input.policy),
    tags: nonEmpty(input.tags),
    securityPolicy: input.securityPolicy,
    endpointAccessMode: input.endpointAccessMode,
  })
  const source = input.cloneFrom === undefined ? undefined : await restApiOf(call, input.cloneFrom)
  const api = await createApi(call, facts, { builtInModels: true })
  if (source !== undefined) await copyDraft(call, source, api)
  return answer(await restApiOf(call, api.id))
}

export const getRestApi = async (
  input: Shape<GetRestApiRequest>,
  call: ReadCall,
): Promise<RestApi> =>
  answer(await restApiOf(call, required(input.restApiId, 'getRestApiInput.restApiId')))

export const getRestApis = async (
  input: Shape<GetRestApisRequest>,
  call: ReadCall,
): Promise<Page<RestApi>> => {
  const page = await pageOf(call, restApis, '', input)
  return { ...page, items: page.items.map(answer) }
}

export const updateRestApi = async (
  input: Shape<UpdateRestApiRequest>,
  call: WriteCall,
): Promise<RestApi> => {
  const before = await restApiOf(call, required(input.restApiId, 'updateRestApiInput.restApiId'))
  const patched = applyPatch(REST_API_PATCH, before, input.patchOperations)
  const api = defined({ ...patched, policy: parsePolicy(patched.policy) })
  await writeApi(call, api)
  if (
    api.name !== before.name ||
    api.disableExecuteApiEndpoint !== before.disableExecuteApiEndpoint
  ) {
    await republishApi(call.tx, call, api.id)
  }
  return answer(api)
}

export const deleteRestApi = async (
  input: Shape<DeleteRestApiRequest>,
  call: WriteCall,
): Promise<void> => {
  const api = await restApiOf(call, required(input.restApiId, 'deleteRestApiInput.restApiId'))
  await refuseMapped(call, api.id)
  await deleteApi(call, api.id)
}

/** An API as it is answered. */
export const answer = (api: RestApi): RestApi =>
  // AWS: the policy comes back as escaped JSON text, `{\"Version\":…`, which clients unquote. [terraform.md, 1]
  api.policy === undefined ? api : { ...api, policy: JSON.stringify(api.policy).slice(1, -1) }

/** A policy's text, or undefined where it is empty; throws where it is no JSON object. */
export const parsePolicy = (policy: string | undefined): string | undefined => {
  if (policy === undefined || policy === '') return undefined
  try {
    const value: unknown = JSON.parse(policy)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return policy
  } catch {
    // Not JSON: refused below, as JSON of another kind is.
  }
  throw badRequest(
    'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
  )
}
