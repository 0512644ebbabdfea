// Model: the shape of a body, as JSON Schema draft 4. https://docs.aws.amazon.com/apigateway/latest/api/API_Model.html
import type {
  CreateModelRequest,
  DeleteModelRequest,
  GetModelRequest,
  GetModelsRequest,
  GetModelTemplateRequest,
  UpdateModelRequest,
} from '@aws-sdk/client-api-gateway'
import type { Model } from '#model/apigateway/rest-api.ts'
import { models, resources } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { modelTemplate } from '../model-template.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { text } from '../patch-rules.ts'
import { newPartId, writeModel } from './draft.ts'
import { restApiOf } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'

export const createModel = async (
  input: Shape<CreateModelRequest>,
  call: WriteCall,
): Promise<Model> => {
  const api = await restApiOf(call, required(input.restApiId, 'createModelInput.restApiId'))
  const name = required(input.name, 'createModelInput.name')
  if (name === '') throw badRequest('Model name must be non-empty')
  if (!/^[a-zA-Z0-9]+$/.test(name)) throw badRequest(`Model name must be alphanumeric: ${name}`)
  checkSchema(input.schema)
  if ((await call.view.get(models, call, `${api.id}/${name}`)) !== undefined) {
    throw conflict('Model name already exists for this REST API')
  }
  const model = defined({
    id: await newPartId(call, models, api.id),
    name,
    contentType: required(input.contentType, 'createModelInput.contentType'),
    description: input.description,
    schema: input.schema,
  })
  await writeModel(call, api.id, model)
  return model
}

export const getModel = async (input: Shape<GetModelRequest>, call: ReadCall): Promise<Model> =>
  modelOf(call, input.restApiId, input.modelName)

export const getModels = async (
  input: Shape<GetModelsRequest>,
  call: ReadCall,
): Promise<Page<Model>> => {
  const api = await restApiOf(call, required(input.restApiId, 'getModelsInput.restApiId'))
  return pageOf(call, models, `${api.id}/`, input)
}

export const getModelTemplate = async (
  input: Shape<GetModelTemplateRequest>,
  call: ReadCall,
): Promise<{ readonly value: string }> => {
  const { schema } = await modelOf(call, input.restApiId, input.modelName)
  return { value: modelTemplate(schema ?? '{}') }
}

export const updateModel = async (
  input: Shape<UpdateModelRequest>,
  call: WriteCall,
): Promise<Model> => {
  const apiId = required(input.restApiId, 'updateModelInput.restApiId')
  const before = await modelOf(call, apiId, input.modelName)
  const model = applyPatch(MODEL_PATCH, before, input.patchOperations)
  await writeModel(call, apiId, model)
  return model
}

export const deleteModel = async (
  input: Shape<DeleteModelRequest>,
  call: WriteCall,
): Promise<void> => {
  const apiId = required(input.restApiId, 'deleteModelInput.restApiId')
  const { name } = await modelOf(call, apiId, input.modelName)
  for (const { value } of await call.view.list(resources, call, { prefix: `${apiId}/` })) {
    for (const method of Object.values(value.resourceMethods ?? {})) {
      if (!Object.values(method.requestModels ?? {}).includes(name)) continue
      // AWS: path, slash, verb; so the root prints two slashes. [F028]
      throw conflict(
        `Cannot delete model '${name}', is referenced in method request: ${value.path}/${method.httpMethod}`,
      )
    }
  }
  await call.tx.delete(models, call, `${apiId}/${name}`)
}

const MODEL_PATCH: PatchTable = {
  input: 'updateModelInput',
  refusal: 'listed',
  rules: [
    text('description'),
    {
      ...text('schema'),
      apply: (members, { value }) => {
        checkSchema(value)
        return { ...members, schema: value }
      },
    },
  ],
}

const modelOf = async (
  call: ReadCall,
  restApiId: string | undefined,
  modelName: string | undefined,
): Promise<Model> => {
  const api = await restApiOf(call, required(restApiId, 'restApiId'))
  const name = required(modelName, 'modelName')
  const model = await call.view.get(models, call, `${api.id}/${name}`)
  if (model === undefined) throw notFound(`Invalid model name specified: ${name}`)
  return model
}

/** Throws for a schema that says nothing or is no JSON object. */
export const checkSchema = (schema: string | undefined): void => {
  if (schema === undefined || schema.trim() === '' || /^\s*\{\s*\}\s*$/.test(schema)) {
    throw badRequest('Model schema must have at least 1 property or array items defined')
  }
  try {
    const value: unknown = JSON.parse(schema)
    if (typeof value === 'object' && value !== null) return
  } catch {
    // No JSON: refused below, as JSON of another kind is.
  }
  throw badRequest(
    'Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]',
  )
}
