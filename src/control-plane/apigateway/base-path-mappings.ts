// BasePathMapping: which API answers under which path of a domain name.
// https://docs.aws.amazon.com/apigateway/latest/api/API_BasePathMapping.html
import type {
  CreateBasePathMappingRequest,
  DeleteBasePathMappingRequest,
  GetBasePathMappingRequest,
  GetBasePathMappingsRequest,
  UpdateBasePathMappingRequest,
} from '@aws-sdk/client-api-gateway'
import type { BasePathMapping, DomainName } from '#model/domain-name.ts'
import { basePathMappings } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import {
  domainNameKey,
  domainNameOf,
  findMapping,
  mappedApi,
  newMappingId,
  removeMapping,
  writeMapping,
} from '../domain-names.ts'
import { applyPatch, type PatchRule, type PatchTable } from '../patch-operations.ts'
import { text } from '../patch-rules.ts'
import { type Page, pageOf } from './pages.ts'

/** A mapping as v1 shows it. */
export interface BasePathMappingAnswer {
  readonly basePath: string
  readonly restApiId: string
  readonly stage?: string
}

export const createBasePathMapping = async (
  input: Shape<CreateBasePathMappingRequest>,
  call: WriteCall,
): Promise<BasePathMappingAnswer> => {
  const domainName = await named(input, call)
  const mapping: BasePathMapping = defined({
    apiMappingId: await newMappingId(call, domainName),
    basePath: parseBasePath(input.basePath),
    apiId: required(input.restApiId, 'createBasePathMappingInput.restApiId'),
    stage: input.stage || undefined,
  })
  await checkMapping(call, domainName, mapping)
  await writeMapping(call, domainName, mapping)
  return answer(mapping)
}

export const getBasePathMapping = async (
  input: Shape<GetBasePathMappingRequest>,
  call: ReadCall,
): Promise<BasePathMappingAnswer> =>
  answer(await mappingOf(call, await named(input, call), input.basePath))

export const getBasePathMappings = async (
  input: Shape<GetBasePathMappingsRequest>,
  call: ReadCall,
): Promise<Page<BasePathMappingAnswer>> => {
  const domainName = await named(input, call)
  const page = await pageOf(call, basePathMappings, `${domainNameKey(domainName)}/`, input)
  return { ...page, items: page.items.map(answer) }
}

export const updateBasePathMapping = async (
  input: Shape<UpdateBasePathMappingRequest>,
  call: WriteCall,
): Promise<BasePathMappingAnswer> => {
  const domainName = await named(input, call)
  const before = await mappingOf(call, domainName, input.basePath)
  const patched = applyPatch(BASE_PATH_MAPPING_PATCH, before, input.patchOperations)
  // What v2 mapped may have slashes, and keeps them while it stays where it is.
  const isMoved = patched.basePath !== before.basePath
  const basePath = isMoved ? parseBasePath(patched.basePath) : before.basePath
  const mapping = { ...patched, basePath }
  await checkMapping(call, domainName, mapping, before)
  await writeMapping(call, domainName, mapping, before)
  return answer(mapping)
}

export const deleteBasePathMapping = async (
  input: Shape<DeleteBasePathMappingRequest>,
  call: WriteCall,
): Promise<void> => {
  const domainName = await named(input, call)
  await removeMapping(call, domainName, await mappingOf(call, domainName, input.basePath))
}

/** Nothing, too, is an id that no API has. */
const restApiId = (path: string): PatchRule => ({
  path,
  ops: ['replace'],
  apply: (members, { value = '' }) => ({ ...members, apiId: value }),
})

const BASE_PATH_MAPPING_PATCH: PatchTable = {
  input: 'updateBasePathMappingInput',
  refusal: 'listed',
  rules: [
    // The table of AWS's guide says `/basepath`, Terraform sends `/basePath`. [terraform.md]
    text('basePath', { path: '/basepath' }),
    text('basePath'),
    restApiId('/restapiId'),
    restApiId('/restApiId'),
    text('stage'),
  ],
}

// AWS: the root of a domain name is written `(none)`, in URLs too. [terraform.md, 11]
const NONE = '(none)'
const BASE_PATH_LENGTH_MAX = 300

const parseBasePath = (basePath: string | undefined): string => {
  if (basePath === undefined || basePath === '' || basePath === NONE) return ''
  if (basePath.includes('/')) {
    throw badRequest(
      "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.",
    )
  }
  if (basePath.length > BASE_PATH_LENGTH_MAX || !/^[A-Za-z0-9$\-_.+!*'()]+$/.test(basePath)) {
    throw badRequest(
      "Invalid base path mapping specified. It may have only letters, digits and $-_.+!*'()",
    )
  }
  return basePath
}

const named = (
  input: { readonly domainName?: string | undefined; readonly domainNameId?: string | undefined },
  call: ReadCall,
): Promise<DomainName> =>
  domainNameOf(call, required(input.domainName, 'domainName'), input.domainNameId)

const mappingOf = async (
  call: ReadCall,
  domainName: DomainName,
  basePath: string | undefined,
): Promise<BasePathMapping> => {
  const key = required(basePath, 'basePath')
  const mapping = await findMapping(call, domainName, key === NONE ? '' : key)
  if (mapping === undefined) throw notFound('Invalid base path mapping identifier specified')
  return mapping
}

const checkMapping = async (
  call: ReadCall,
  domainName: DomainName,
  mapping: BasePathMapping,
  before?: BasePathMapping,
): Promise<void> => {
  const api = await mappedApi(call.view, call, mapping.apiId, mapping.stage)
  // AWS: v1 maps REST APIs only; it shows what v2 mapped. [behaviour.md §1.1]
  if (api === undefined || (api.protocol !== 'REST' && mapping.apiId !== before?.apiId)) {
    throw badRequest('Invalid REST API identifier specified')
  }
  if (mapping.stage !== undefined && !api.hasStage) {
    throw badRequest('Invalid stage identifier specified')
  }
  const holder = await findMapping(call, domainName, mapping.basePath)
  if (holder !== undefined && holder.apiMappingId !== before?.apiMappingId) {
    throw conflict('Base path already exists for this domain name')
  }
}

const answer = ({ basePath, apiId, stage }: BasePathMapping): BasePathMappingAnswer =>
  defined({ basePath: basePath || NONE, restApiId: apiId, stage })
