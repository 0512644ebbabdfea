// GatewayResponse: how an API answers its own failures.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
import type {
  DeleteGatewayResponseRequest,
  GetGatewayResponseRequest,
  GetGatewayResponsesRequest,
  PutGatewayResponseRequest,
  UpdateGatewayResponseRequest,
} from '@aws-sdk/client-api-gateway'
import type { GatewayResponse } from '#model/apigateway/rest-api.ts'
import { gatewayResponses } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, matching, oneOf, required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { applyPatch, opViolations, type PatchStep, type PatchTable } from '../patch-operations.ts'
import { entry, text } from '../patch-rules.ts'
import { writeGatewayResponse } from './draft.ts'
import {
  GATEWAY_RESPONSE_TYPES,
  defaultResponse,
  parseResponseType,
} from './gateway-response-types.ts'
import { restApiOf } from './lookups.ts'
import { STATUS_CODE } from './method-responses.ts'
import { type Page, pageOfItems } from './pages.ts'

export const putGatewayResponse = async (
  input: Shape<PutGatewayResponseRequest>,
  call: WriteCall,
): Promise<GatewayResponse> => {
  constrain(
    oneOf(input.responseType, 'responseType', GATEWAY_RESPONSE_TYPES),
    matching(input.statusCode, 'putGatewayResponseInput.statusCode', STATUS_CODE),
  )
  const responseType = parseResponseType(required(input.responseType, 'responseType'))
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const builtIn = defaultResponse(responseType, undefined)
  // AWS: what is left out takes the type's own default, whatever DEFAULT_4XX and DEFAULT_5XX say. [F065]
  const response = defined({
    responseType,
    statusCode: input.statusCode ?? builtIn.statusCode,
    responseParameters: input.responseParameters ?? builtIn.responseParameters,
    responseTemplates: input.responseTemplates ?? builtIn.responseTemplates,
    defaultResponse: false,
  })
  await writeGatewayResponse(call, api.id, response)
  return response
}

export const getGatewayResponse = async (
  input: Shape<GetGatewayResponseRequest>,
  call: ReadCall,
): Promise<GatewayResponse> => {
  constrain(oneOf(input.responseType, 'responseType', GATEWAY_RESPONSE_TYPES))
  const responseType = parseResponseType(required(input.responseType, 'responseType'))
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const set = await setResponses(call, api.id)
  return set.get(responseType) ?? defaultResponse(responseType, set)
}

export const getGatewayResponses = async (
  input: Shape<GetGatewayResponsesRequest>,
  call: ReadCall,
): Promise<Page<GatewayResponse>> => {
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const set = await setResponses(call, api.id)
  const all = GATEWAY_RESPONSE_TYPES.map((type) => set.get(type) ?? defaultResponse(type, set))
  return pageOfItems(all, input)
}

export const updateGatewayResponse = async (
  input: Shape<UpdateGatewayResponseRequest>,
  call: WriteCall,
): Promise<GatewayResponse> => {
  constrain(
    oneOf(input.responseType, 'responseType', GATEWAY_RESPONSE_TYPES),
    ...opViolations(GATEWAY_RESPONSE_PATCH.input, input.patchOperations),
  )
  const before = await getGatewayResponse(input, call)
  const patched = applyPatch(GATEWAY_RESPONSE_PATCH, before, input.patchOperations)
  const builtIn = defaultResponse(before.responseType, undefined)
  const response = defined({
    ...patched,
    responseParameters: patched.responseParameters ?? builtIn.responseParameters,
    responseTemplates: patched.responseTemplates ?? {},
    defaultResponse: false,
  })
  await writeGatewayResponse(call, required(input.restApiId, 'restApiId'), response)
  return response
}

export const deleteGatewayResponse = async (
  input: Shape<DeleteGatewayResponseRequest>,
  call: WriteCall,
): Promise<void> => {
  constrain(oneOf(input.responseType, 'responseType', GATEWAY_RESPONSE_TYPES))
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const responseType = required(input.responseType, 'responseType')
  const existed = await call.tx.delete(gatewayResponses, call, `${api.id}/${responseType}`)
  if (!existed) throw notFound('Gateway response type not defined on api')
}

const needValue =
  (member: string) =>
  ({ op, value }: PatchStep): string | undefined => {
    if (op === 'remove') return undefined
    if (value !== undefined && value !== '') return value
    throw badRequest(`Invalid null or empty value in ${member}`)
  }

// [F067]
const GATEWAY_RESPONSE_PATCH: PatchTable = {
  input: 'updateGatewayResponseInput',
  refusal: 'plain',
  rules: [
    {
      ...text('statusCode'),
      apply: (members, { value }) => {
        constrain(matching(value ?? '', 'statusCode', STATUS_CODE))
        return { ...members, statusCode: value }
      },
    },
    entry('responseParameters', {
      absent: 'Invalid parameter name specified',
      parse: needValue('responseParameters'),
    }),
    entry('responseTemplates', {
      absent: 'Content-Type specified was not found',
      parse: needValue('responseTemplates'),
    }),
  ],
}

const setResponses = async (
  call: ReadCall,
  apiId: string,
): Promise<ReadonlyMap<string, GatewayResponse>> => {
  const entries = await call.view.list(gatewayResponses, call, { prefix: `${apiId}/` })
  return new Map(entries.map(({ value }) => [value.responseType, value]))
}
