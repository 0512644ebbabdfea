// MethodResponse: what a client may expect back. https://docs.aws.amazon.com/apigateway/latest/api/API_MethodResponse.html
import type {
  DeleteMethodResponseRequest,
  GetMethodResponseRequest,
  PutMethodResponseRequest,
  UpdateMethodResponseRequest,
} from '@aws-sdk/client-api-gateway'
import type { Method, MethodResponse } from '#model/apigateway/rest-api.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { conflict, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, matching, required } from '../constraints.ts'
import { defined, entryOf } from '../defined.ts'
import { applyPatch, opViolations, type PatchTable } from '../patch-operations.ts'
import { entry, parseFlag } from '../patch-rules.ts'
import { replaceMethod, withEntry } from './draft.ts'
import { methodOf, resourceOf } from './lookups.ts'
import { checkResponseParameters } from './mapping-rules.ts'
import { checkModels } from './method-rules.ts'

export const STATUS_CODE = /^[1-5]\d\d$/

type Addressed = Pick<
  Shape<GetMethodResponseRequest>,
  'restApiId' | 'resourceId' | 'httpMethod' | 'statusCode'
>

export const putMethodResponse = async (
  input: Shape<PutMethodResponseRequest>,
  call: WriteCall,
): Promise<MethodResponse> => {
  constrain(matching(input.statusCode, 'statusCode', STATUS_CODE))
  const { apiId, resource, method, statusCode } = await addressed(call, input)
  if (entryOf(method.methodResponses, statusCode) !== undefined) {
    throw conflict('Response already exists for this resource')
  }
  checkResponseParameters(input.responseParameters)
  await checkModels(call, apiId, input.responseModels)
  // AWS: empty maps are kept and echoed. [F060]
  const response = defined({
    statusCode,
    responseParameters: input.responseParameters,
    responseModels: input.responseModels,
  })
  await replaceMethod(call, apiId, resource, withResponse(method, statusCode, response))
  return response
}

export const getMethodResponse = async (
  input: Shape<GetMethodResponseRequest>,
  call: ReadCall,
): Promise<MethodResponse> => {
  const { method, statusCode } = await addressed(call, input)
  return responseOf(method, statusCode)
}

export const updateMethodResponse = async (
  input: Shape<UpdateMethodResponseRequest>,
  call: WriteCall,
): Promise<MethodResponse> => {
  // AWS: violations of the operations and of the status code are told together.
  constrain(
    ...opViolations(METHOD_RESPONSE_PATCH.input, input.patchOperations),
    matching(input.statusCode, 'statusCode', STATUS_CODE),
  )
  const { apiId, resource, method, statusCode } = await addressed(call, input)
  const before = responseOf(method, statusCode)
  const response = applyPatch(METHOD_RESPONSE_PATCH, before, input.patchOperations)
  checkResponseParameters(response.responseParameters)
  await checkModels(call, apiId, response.responseModels)
  await replaceMethod(call, apiId, resource, withResponse(method, statusCode, response))
  return response
}

export const deleteMethodResponse = async (
  input: Shape<DeleteMethodResponseRequest>,
  call: WriteCall,
): Promise<void> => {
  const { apiId, resource, method, statusCode } = await addressed(call, input)
  responseOf(method, statusCode)
  await replaceMethod(call, apiId, resource, withResponse(method, statusCode, undefined))
}

const METHOD_RESPONSE_PATCH: PatchTable = {
  input: 'updateMethodResponseInput',
  refusal: 'plain',
  rules: [
    entry('responseParameters', { absent: 'Invalid parameter name specified', parse: parseFlag }),
    entry('responseModels', { absent: 'Content-Type specified was not found' }),
  ],
}

const addressed = async (call: ReadCall, input: Addressed) => {
  const apiId = required(input.restApiId, 'restApiId')
  const resource = await resourceOf(call, apiId, required(input.resourceId, 'resourceId'))
  const method = methodOf(resource, required(input.httpMethod, 'httpMethod'))
  return { apiId, resource, method, statusCode: required(input.statusCode, 'statusCode') }
}

const responseOf = (method: Method, statusCode: string): MethodResponse => {
  const response = entryOf(method.methodResponses, statusCode)
  if (response === undefined) throw notFound('Invalid Response status code specified')
  return response
}

const withResponse = (
  { methodResponses, ...method }: Method,
  statusCode: string,
  response: MethodResponse | undefined,
): Method =>
  defined({ ...method, methodResponses: withEntry(methodResponses, statusCode, response) })
