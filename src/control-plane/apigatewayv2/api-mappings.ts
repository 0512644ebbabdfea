// ApiMapping: which path of a custom domain name leads to which stage. v1's base path mappings are the same things.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings.html
import type {
  CreateApiMappingRequest,
  DeleteApiMappingRequest,
  GetApiMappingRequest,
  GetApiMappingsRequest,
  UpdateApiMappingRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { BasePathMapping, DomainName } from '#model/domain-name.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import {
  findMapping,
  mappedApi,
  mappingsOf,
  newMappingId,
  removeMapping,
  writeMapping,
} from '../domain-names.ts'
import { domainNameOf } from './domain-names.ts'
import { notFoundOf, type Page, pageOfItems } from './lookups.ts'

interface ApiMapping {
  readonly apiId: string
  readonly apiMappingId: string
  readonly apiMappingKey?: string
  readonly stage?: string
}

const KEY_LENGTH_MAX = 300
/** Mappings of more than one segment that a domain name can have. [behaviour.md §15] */
const MULTI_LEVEL_MAX = 200

export const createApiMapping = async (
  input: Uncapitalized<CreateApiMappingRequest>,
  call: WriteCall,
): Promise<ApiMapping> => {
  const domainName = await domainNameOf(call, input.domainName)
  return write(call, domainName, {
    apiMappingId: await newMappingId(call, domainName),
    apiId: required(input.apiId, 'createApiMappingInput.apiId'),
    basePath: basePathOf(input.apiMappingKey),
    stage: required(input.stage, 'createApiMappingInput.stage'),
  })
}

export const getApiMapping = async (
  input: Uncapitalized<GetApiMappingRequest>,
  call: ReadCall,
): Promise<ApiMapping> => {
  const domainName = await domainNameOf(call, input.domainName)
  return answer(await mappingOf(call, domainName, input.apiMappingId))
}

export const getApiMappings = async (
  input: Uncapitalized<GetApiMappingsRequest>,
  call: ReadCall,
): Promise<Page<ApiMapping>> => {
  const domainName = await domainNameOf(call, input.domainName)
  const all = await mappingsOf(call, domainName)
  const page = pageOfItems(all, (mapping) => mapping.apiMappingId, input)
  return { ...page, items: page.items.map(answer) }
}

export const updateApiMapping = async (
  input: Uncapitalized<UpdateApiMappingRequest>,
  call: WriteCall,
): Promise<ApiMapping> => {
  const domainName = await domainNameOf(call, input.domainName)
  const before = await mappingOf(call, domainName, input.apiMappingId)
  const { apiMappingKey: key } = input
  const after: BasePathMapping = {
    ...before,
    apiId: input.apiId ?? before.apiId,
    basePath: key === undefined ? before.basePath : basePathOf(key),
    ...defined({ stage: input.stage ?? before.stage }),
  }
  return write(call, domainName, after, before)
}

export const deleteApiMapping = async (
  input: Uncapitalized<DeleteApiMappingRequest>,
  call: WriteCall,
): Promise<void> => {
  const domainName = await domainNameOf(call, input.domainName)
  await removeMapping(call, domainName, await mappingOf(call, domainName, input.apiMappingId))
}

const mappingOf = async (
  call: ReadCall,
  domainName: DomainName,
  id: string | undefined,
): Promise<BasePathMapping> => {
  const mapping = (await mappingsOf(call, domainName)).find((each) => each.apiMappingId === id)
  if (mapping !== undefined) return mapping
  throw notFoundOf('ApiMapping', `Invalid API mapping identifier specified ${id}`)
}

/** `(none)` is how v1 says that there is no base path; v2's tools pass it on. */
const basePathOf = (key: string | undefined): string =>
  key === undefined || key === '(none)' ? '' : key

const write = async (
  call: WriteCall,
  domainName: DomainName,
  mapping: BasePathMapping,
  before?: BasePathMapping,
): Promise<ApiMapping> => {
  checkKey(mapping.basePath)
  const existing = await findMapping(call, domainName, mapping.basePath)
  if (existing !== undefined && existing.apiMappingId !== mapping.apiMappingId) {
    throw conflict('ApiMapping key already exists for this domain name')
  }
  await checkTarget(call, domainName, mapping)
  await writeMapping(call, domainName, mapping, before)
  return answer(mapping)
}

const checkKey = (key: string): void => {
  if (key.length > KEY_LENGTH_MAX) {
    throw badRequest(`API mapping key must have at most ${KEY_LENGTH_MAX} characters`)
  }
  if (!/^[A-Za-z0-9$\-_.+!*'()/]*$/.test(key)) {
    throw badRequest("API mapping key may only contain letters, numbers and one of $-_.+!*'()/")
  }
  if (key.startsWith('/') || key.endsWith('/') || key.includes('//')) {
    throw badRequest("API mapping key should not start or end with a '/' or have consecutive '/'s.")
  }
}

// AWS: REST and HTTP APIs may share a domain name, WebSocket APIs share it with neither; keys of several segments,
// and HTTP and WebSocket APIs, need a regional one. [behaviour.md §15]
const checkTarget = async (
  call: ReadCall,
  domainName: DomainName,
  { apiMappingId, apiId, basePath, stage }: BasePathMapping,
): Promise<void> => {
  const api = await mappedApi(call.view, call, apiId, stage)
  if (api === undefined) {
    throw notFoundOf('Api', `Invalid API identifier specified ${call.accountId}:${apiId}`)
  }
  // v1 writes mappings without a stage: there, the path goes on with it.
  if (stage !== undefined && !api.hasStage) throw badRequest('Invalid stage identifier specified')
  const isRegional = domainName.endpointConfiguration.types?.includes('REGIONAL') ?? false
  if (api.protocol !== 'REST' && !isRegional) {
    throw badRequest(`Only regional domain names can be mapped to ${api.protocol} APIs`)
  }
  const others = (await mappingsOf(call, domainName)).filter(
    (each) => each.apiMappingId !== apiMappingId,
  )
  for (const other of others) {
    const found = await mappedApi(call.view, call, other.apiId, other.stage)
    if (found === undefined || (found.protocol === 'WEBSOCKET') === (api.protocol === 'WEBSOCKET'))
      continue
    throw badRequest('WebSocket APIs cannot share a domain name with REST or HTTP APIs')
  }
  if (!basePath.includes('/')) return
  if (!isRegional || domainName.securityPolicy === 'TLS_1_0') {
    throw badRequest(
      'API mapping keys with more than one segment need a regional domain name with security policy TLS_1_2',
    )
  }
  if (others.filter((other) => other.basePath.includes('/')).length >= MULTI_LEVEL_MAX) {
    throw badRequest(`A domain name can have at most ${MULTI_LEVEL_MAX} multi-level API mappings`)
  }
}

const answer = ({ apiId, apiMappingId, basePath, stage }: BasePathMapping): ApiMapping =>
  defined({ apiId, apiMappingId, apiMappingKey: basePath === '' ? undefined : basePath, stage })
