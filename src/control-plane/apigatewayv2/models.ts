// Model: the shape of a message.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-models.html
import type {
  CreateModelRequest,
  DeleteModelRequest,
  GetModelRequest,
  GetModelTemplateRequest,
  GetModelsRequest,
  UpdateModelRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { Api, ModelV2 } from '#model/apigatewayv2/api.ts'
import { isObject } from '#shared/json.ts'
import { modelsV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { modelTemplate } from '../model-template.ts'
import { deployAutomatically } from './deployments.ts'
import { apiOf, modelOf, newPartId, type Page, pageOf, partsOf } from './lookups.ts'
import { merged, refuseEmpty } from './merge.ts'

export const createModel = async (
  input: Uncapitalized<CreateModelRequest>,
  call: WriteCall,
): Promise<ModelV2> => {
  const api = await apiOf(call, input.apiId)
  const model: ModelV2 = defined({
    modelId: await newPartId(call, modelsV2, api.apiId, 6),
    name: required(input.name, 'createModelInput.name'),
    contentType: input.contentType ?? 'application/json',
    description: input.description,
    schema: required(input.schema, 'createModelInput.schema'),
  })
  return writeModel(call, api, model)
}

export const getModel = (input: Uncapitalized<GetModelRequest>, call: ReadCall): Promise<ModelV2> =>
  modelOf(call, input.apiId, input.modelId)

export const getModels = async (
  input: Uncapitalized<GetModelsRequest>,
  call: ReadCall,
): Promise<Page<ModelV2>> => {
  const { apiId } = await apiOf(call, input.apiId)
  return pageOf(call, modelsV2, `${apiId}/`, input)
}

export const getModelTemplate = async (
  input: Uncapitalized<GetModelTemplateRequest>,
  call: ReadCall,
): Promise<{ readonly value: string }> => {
  const { schema } = await modelOf(call, input.apiId, input.modelId)
  return { value: modelTemplate(schema ?? '{}') }
}

export const updateModel = async (
  input: Uncapitalized<UpdateModelRequest>,
  call: WriteCall,
): Promise<ModelV2> => {
  const api = await apiOf(call, input.apiId)
  const { apiId, modelId, ...changes } = input
  const before = await modelOf(call, apiId, modelId)
  refuseEmpty(input, 'name', 'schema', 'contentType')
  return writeModel(call, api, merged<ModelV2>(before, changes))
}

export const deleteModel = async (
  input: Uncapitalized<DeleteModelRequest>,
  call: WriteCall,
): Promise<void> => {
  const { modelId } = await modelOf(call, input.apiId, input.modelId)
  await call.tx.delete(modelsV2, call, `${input.apiId}/${modelId}`)
  await deployAutomatically(call, `${input.apiId}`)
}

const writeModel = async (call: WriteCall, api: Api, model: ModelV2): Promise<ModelV2> => {
  checkModel(model)
  for (const other of await partsOf(call, modelsV2, api.apiId)) {
    if (other.name === model.name && other.modelId !== model.modelId) {
      throw conflict('Model name already exists for this API')
    }
  }
  await call.tx.put(modelsV2, call, `${api.apiId}/${model.modelId}`, model)
  await deployAutomatically(call, api.apiId)
  return model
}

const checkModel = ({ name, schema }: ModelV2): void => {
  if (!/^[A-Za-z0-9]{1,128}$/.test(name)) throw badRequest('Model name must be alphanumeric')
  if (!isJsonObject(schema ?? '')) throw badRequest('Invalid model schema specified')
}

const isJsonObject = (text: string): boolean => {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false // The text is the caller's: that it is no JSON is the answer.
  }
}
