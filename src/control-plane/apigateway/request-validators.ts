// RequestValidator: what of a request is checked. https://docs.aws.amazon.com/apigateway/latest/api/API_RequestValidator.html
import type {
  CreateRequestValidatorRequest,
  DeleteRequestValidatorRequest,
  GetRequestValidatorRequest,
  GetRequestValidatorsRequest,
  UpdateRequestValidatorRequest,
} from '@aws-sdk/client-api-gateway'
import type { RequestValidator } from '#model/apigateway/rest-api.ts'
import { requestValidators, restApis } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { flag, text } from '../patch-rules.ts'
import { newPartId, writeRequestValidator } from './draft.ts'
import { restApiOf } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'

export const createRequestValidator = async (
  input: Shape<CreateRequestValidatorRequest>,
  call: WriteCall,
): Promise<RequestValidator> => {
  const apiId = required(input.restApiId, 'createRequestValidatorInput.restApiId')
  if ((await call.view.get(restApis, call, apiId)) === undefined) {
    // AWS: here, and only here, an unknown API is a bad request. [behaviour.md 1.5]
    throw badRequest('Invalid REST API identifier specified')
  }
  checkName(input.name)
  const validator = defined({
    id: await newPartId(call, requestValidators, apiId),
    name: input.name,
    validateRequestBody: input.validateRequestBody ?? false,
    validateRequestParameters: input.validateRequestParameters ?? false,
  })
  await writeRequestValidator(call, apiId, validator)
  return validator
}

export const getRequestValidator = async (
  input: Shape<GetRequestValidatorRequest>,
  call: ReadCall,
): Promise<RequestValidator> => validatorOf(call, input.restApiId, input.requestValidatorId)

export const getRequestValidators = async (
  input: Shape<GetRequestValidatorsRequest>,
  call: ReadCall,
): Promise<Page<RequestValidator>> => {
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  return pageOf(call, requestValidators, `${api.id}/`, input)
}

export const updateRequestValidator = async (
  input: Shape<UpdateRequestValidatorRequest>,
  call: WriteCall,
): Promise<RequestValidator> => {
  const apiId = required(input.restApiId, 'updateRequestValidatorInput.restApiId')
  const before = await validatorOf(call, apiId, input.requestValidatorId)
  const validator = applyPatch(REQUEST_VALIDATOR_PATCH, before, input.patchOperations)
  await writeRequestValidator(call, apiId, validator)
  return validator
}

export const deleteRequestValidator = async (
  input: Shape<DeleteRequestValidatorRequest>,
  call: WriteCall,
): Promise<void> => {
  const { id } = await validatorOf(call, input.restApiId, input.requestValidatorId)
  await call.tx.delete(requestValidators, call, `${input.restApiId}/${id}`)
}

// The order of AWS's message.
const REQUEST_VALIDATOR_PATCH: PatchTable = {
  input: 'updateRequestValidatorInput',
  refusal: 'listed',
  rules: [
    {
      ...text('name'),
      apply: (members, { value }) => {
        checkName(value ?? '')
        return { ...members, name: value }
      },
    },
    flag('validateRequestParameters'),
    flag('validateRequestBody'),
  ],
}

const checkName = (name: string | undefined): void => {
  if (name?.trim() === '') throw badRequest('Request Validator name cannot be blank')
}

const validatorOf = async (
  call: ReadCall,
  restApiId: string | undefined,
  validatorId: string | undefined,
): Promise<RequestValidator> => {
  const key = `${required(restApiId, 'restApiId')}/${required(validatorId, 'requestValidatorId')}`
  const validator = await call.view.get(requestValidators, call, key)
  if (validator === undefined) throw notFound('Invalid Request Validator identifier specified')
  return validator
}
