// Method: what a client may send to a resource. https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html
import type {
  DeleteMethodRequest,
  GetMethodRequest,
  PutMethodRequest,
  UpdateMethodRequest,
} from '@aws-sdk/client-api-gateway'
import type { Method } from '#model/apigateway/rest-api.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, entryOf, nonEmpty } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { entry, flag, listMember, ONLY_REPLACE, parseFlag, text } from '../patch-rules.ts'
import { replaceMethod, withMethod, writeResource } from './draft.ts'
import { methodOf, resourceOf } from './lookups.ts'
import { checkMethod } from './method-rules.ts'

export const putMethod = async (
  input: Shape<PutMethodRequest>,
  call: WriteCall,
): Promise<Method> => {
  const apiId = required(input.restApiId, 'putMethodInput.restApiId')
  const httpMethod = required(input.httpMethod, 'putMethodInput.httpMethod')
  const resource = await resourceOf(
    call,
    apiId,
    required(input.resourceId, 'putMethodInput.resourceId'),
  )
  const method = defined({
    httpMethod,
    authorizationType: required(input.authorizationType, 'putMethodInput.authorizationType'),
    apiKeyRequired: input.apiKeyRequired ?? false,
    authorizerId: input.authorizerId,
    requestValidatorId: input.requestValidatorId,
    operationName: input.operationName,
    requestParameters: nonEmpty(input.requestParameters),
    requestModels: nonEmpty(input.requestModels),
    authorizationScopes: nonEmpty(input.authorizationScopes),
  })
  await checkMethod(call, apiId, method)
  if (entryOf(resource.resourceMethods, httpMethod) !== undefined) {
    throw conflict('Method already exists for this resource')
  }
  await replaceMethod(call, apiId, resource, method)
  return method
}

export const getMethod = async (
  input: Shape<GetMethodRequest>,
  call: ReadCall,
): Promise<Method> => {
  const apiId = required(input.restApiId, 'getMethodInput.restApiId')
  const resourceId = required(input.resourceId, 'getMethodInput.resourceId')
  const resource = await resourceOf(call, apiId, resourceId)
  return methodOf(resource, required(input.httpMethod, 'getMethodInput.httpMethod'))
}

export const updateMethod = async (
  input: Shape<UpdateMethodRequest>,
  call: WriteCall,
): Promise<Method> => {
  const apiId = required(input.restApiId, 'updateMethodInput.restApiId')
  const resourceId = required(input.resourceId, 'updateMethodInput.resourceId')
  const resource = await resourceOf(call, apiId, resourceId)
  const before = methodOf(resource, required(input.httpMethod, 'updateMethodInput.httpMethod'))
  const method = applyPatch(METHOD_PATCH, before, input.patchOperations)
  await checkMethod(call, apiId, method)
  await replaceMethod(call, apiId, resource, method)
  return method
}

export const deleteMethod = async (
  input: Shape<DeleteMethodRequest>,
  call: WriteCall,
): Promise<void> => {
  const apiId = required(input.restApiId, 'deleteMethodInput.restApiId')
  const resourceId = required(input.resourceId, 'deleteMethodInput.resourceId')
  const resource = await resourceOf(call, apiId, resourceId)
  const method = methodOf(resource, required(input.httpMethod, 'deleteMethodInput.httpMethod'))
  await writeResource(call, apiId, withMethod(resource, method.httpMethod, undefined))
}

const METHOD_PATCH: PatchTable = {
  input: 'updateMethodInput',
  refusal: 'plain',
  rules: [
    {
      ...text('authorizationType', { otherOp: ONLY_REPLACE }),
      apply: (members, { value }) => {
        if (value === undefined || value === '') {
          throw badRequest('Invalid null or empty value in authorizationType')
        }
        return { ...members, authorizationType: value }
      },
    },
    text('authorizerId', { otherOp: ONLY_REPLACE }),
    text('operationName', { otherOp: ONLY_REPLACE }),
    text('requestValidatorId', { otherOp: ONLY_REPLACE }),
    flag('apiKeyRequired', { otherOp: ONLY_REPLACE }),
    listMember('authorizationScopes', { path: '/authorizationScopes' }),
    entry('requestParameters', { absent: 'Invalid parameter name specified', parse: parseFlag }),
    entry('requestModels', {
      absent: 'Content-Type specified was not found',
      // AWS: an entry replaced by the empty value is gone. [F028]
      parse: ({ value }) => (value === '' ? undefined : value),
    }),
  ],
}
