// ApiKey: who of the customers is calling. https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html
import type {
  CreateApiKeyRequest,
  DeleteApiKeyRequest,
  GetApiKeyRequest,
  GetApiKeysRequest,
  UpdateApiKeyRequest,
} from '@aws-sdk/client-api-gateway'
import type { ApiKey } from '#model/apigateway/usage-plan.ts'
import { quotaName } from '#model/apigateway/usage-limits.ts'
import { API_KEY_LENGTH_MAX } from '#model/quotas.ts'
import { Bug } from '#shared/assert.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { findApiKeyEntry, publishApiKey, unpublishApiKey } from '#snapshot/publish-usage.ts'
import { apiKeys, usagePlanKeys } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { flag, listMember, text } from '../patch-rules.ts'
import { type Page, pageOfItems } from './pages.ts'
import { checkTags } from './tag-rules.ts'

/** A key as it is answered: its value only where it was asked for. */
export type ApiKeyAnswer = Omit<ApiKey, 'value'> & { readonly value?: string }

const VALUE_LENGTH_MIN = 20
const NAME_LENGTH_MAX = 1024
const DESCRIPTION_LENGTH_MAX = 125_000
const GENERATED_VALUE_LENGTH = 40
const ID_ATTEMPTS_MAX = 64

export const createApiKey = async (
  input: Shape<CreateApiKeyRequest>,
  call: WriteCall,
): Promise<ApiKeyAnswer> => {
  checkTags(input.tags)
  return writeNewKey(call, input)
}

/** Writes a new key and publishes it. No two keys share a value. */
export const writeNewKey = async (
  call: WriteCall,
  input: Shape<CreateApiKeyRequest>,
): Promise<ApiKey> => {
  // AWS: an empty value is no value: one is made. [F095] It is a secret: never derived, as a template's ids are.
  const value = input.value || randomIds(systemRandom).next(GENERATED_VALUE_LENGTH)
  checkValue(value)
  if ((await findApiKeyEntry(call.view, call, value)) !== undefined) {
    throw conflict('API Key already exists')
  }
  const apiKey: ApiKey = defined({
    id: await newKeyId(call),
    value,
    name: input.name,
    customerId: input.customerId,
    description: input.description,
    enabled: input.enabled ?? false,
    createdDate: call.nowMs,
    lastUpdatedDate: call.nowMs,
    stageKeys: (input.stageKeys ?? []).map(
      ({ restApiId, stageName }) => `${restApiId ?? ''}/${stageName ?? ''}`,
    ),
    tags: nonEmpty(input.tags),
  })
  checkTexts(apiKey)
  await call.tx.put(apiKeys, call, apiKey.id, apiKey)
  await publishApiKey(call.tx, call, apiKey)
  return apiKey
}

export const getApiKey = async (
  input: Shape<GetApiKeyRequest>,
  call: ReadCall,
): Promise<ApiKeyAnswer> =>
  answer(await apiKeyOf(call, required(input.apiKey, 'apiKey')), input.includeValue)

export const getApiKeys = async (
  input: Shape<GetApiKeysRequest>,
  call: ReadCall,
): Promise<Page<ApiKeyAnswer>> => {
  const { nameQuery, customerId, includeValues } = input
  const found = (await call.view.list(apiKeys, call))
    .map(({ value }) => value)
    // AWS: the query is a prefix, and its case counts. [F092]
    .filter(({ name = '' }) => nameQuery === undefined || name.startsWith(nameQuery))
    .filter((key) => customerId === undefined || key.customerId === customerId)
    .sort((left, right) => right.createdDate - left.createdDate)
  const page = pageOfItems(found, input)
  return { ...page, items: page.items.map((key) => answer(key, includeValues)) }
}

export const updateApiKey = async (
  input: Shape<UpdateApiKeyRequest>,
  call: WriteCall,
): Promise<ApiKeyAnswer> => {
  const before = await apiKeyOf(call, required(input.apiKey, 'apiKey'))
  const apiKey = await rewriteKey(call, applyPatch(API_KEY_PATCH, before, input.patchOperations))
  // AWS: an update answers the tags even where there are none, and never the value. [F097]
  return { ...answer(apiKey, false), tags: apiKey.tags ?? {} }
}

/** Writes a key that there is as it is now, and publishes it. */
export const rewriteKey = async (call: WriteCall, changed: ApiKey): Promise<ApiKey> => {
  checkTexts(changed)
  const apiKey = { ...changed, lastUpdatedDate: call.nowMs }
  await call.tx.put(apiKeys, call, apiKey.id, apiKey)
  await publishApiKey(call.tx, call, apiKey)
  return apiKey
}

export const deleteApiKey = async (
  input: Shape<DeleteApiKeyRequest>,
  call: WriteCall,
): Promise<void> => {
  const apiKey = await apiKeyOf(call, required(input.apiKey, 'apiKey'))
  const entry = await findApiKeyEntry(call.view, call, apiKey.value)
  for (const planId of entry?.usagePlans ?? []) {
    await call.tx.delete(usagePlanKeys, call, `${planId}/${apiKey.id}`)
    await call.usage?.forget(quotaName(call, planId, apiKey.id))
  }
  await call.tx.delete(apiKeys, call, apiKey.id)
  await unpublishApiKey(call.tx, call, apiKey)
}

export const apiKeyOf = async (call: ReadCall, id: string): Promise<ApiKey> => {
  const apiKey = await call.view.get(apiKeys, call, id)
  if (apiKey === undefined) throw notFound('Invalid API Key identifier specified')
  return apiKey
}

// The order of AWS's message.
const API_KEY_PATCH: PatchTable = {
  input: 'updateApiKeyInput',
  refusal: 'listed',
  rules: [
    text('description'),
    flag('enabled'),
    text('name'),
    text('customerId'),
    listMember('stageKeys', { path: '/stages', keepEmpty: true }),
  ],
}

const checkValue = (value: string): void => {
  if (value.length < VALUE_LENGTH_MIN) {
    throw badRequest(`API Key value should be at least ${VALUE_LENGTH_MIN} characters`)
  }
  if (value.length > API_KEY_LENGTH_MAX) {
    throw badRequest(`API Key value exceeds maximum size of ${API_KEY_LENGTH_MAX} characters`)
  }
}

const checkTexts = ({ name = '', description = '' }: ApiKey): void => {
  if (name.length > NAME_LENGTH_MAX) {
    throw badRequest(`Invalid API Key name, can be at most ${NAME_LENGTH_MAX} characters.`)
  }
  if (description.length > DESCRIPTION_LENGTH_MAX) {
    throw badRequest('Invalid API Key description specified.')
  }
}

const answer = (apiKey: ApiKey, includeValue: boolean | undefined): ApiKeyAnswer => {
  const { value, ...rest } = apiKey
  return includeValue === true ? { ...rest, value } : rest
}

const newKeyId = async (call: WriteCall): Promise<string> => {
  for (let attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
    const id = call.ids.next(10)
    if ((await call.view.get(apiKeys, call, id)) === undefined) return id
  }
  throw new Bug(`no free API key id in ${ID_ATTEMPTS_MAX} attempts`)
}
