// IntegrationResponse: how a backend's answer becomes a method's.
// https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html
import type {
  DeleteIntegrationResponseRequest,
  GetIntegrationResponseRequest,
  PutIntegrationResponseRequest,
  UpdateIntegrationResponseRequest,
} from '@aws-sdk/client-api-gateway'
import type { IntegrationResponse, Method } from '#model/apigateway/rest-api.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, matching, oneOf, required } from '../constraints.ts'
import { defined, entryOf } from '../defined.ts'
import { applyPatch, opViolations, type PatchTable } from '../patch-operations.ts'
import { entry, text } from '../patch-rules.ts'
import { replaceMethod, withEntry } from './draft.ts'
import { integrationOf, resourceOf } from './lookups.ts'
import { checkContentTypes, checkResponseMappings } from './mapping-rules.ts'
import { STATUS_CODE } from './method-responses.ts'

type Addressed = Pick<
  Shape<GetIntegrationResponseRequest>,
  'restApiId' | 'resourceId' | 'httpMethod' | 'statusCode'
>

export const putIntegrationResponse = async (
  input: Shape<PutIntegrationResponseRequest>,
  call: WriteCall,
): Promise<IntegrationResponse> => {
  constrain(
    matching(input.statusCode, 'statusCode', STATUS_CODE),
    oneOf(input.contentHandling, 'putIntegrationResponseInput.contentHandling', [
      'CONVERT_TO_BINARY',
      'CONVERT_TO_TEXT',
    ]),
  )
  const { apiId, resource, method, statusCode } = await addressed(call, input)
  const response = defined({
    statusCode,
    selectionPattern: input.selectionPattern,
    responseParameters: input.responseParameters,
    responseTemplates: templatesOf(input.responseTemplates),
    contentHandling: input.contentHandling,
  })
  check(method, response)
  await replaceMethod(call, apiId, resource, withResponse(method, statusCode, response))
  return response
}

export const getIntegrationResponse = async (
  input: Shape<GetIntegrationResponseRequest>,
  call: ReadCall,
): Promise<IntegrationResponse> => {
  const { method, statusCode } = await addressed(call, input)
  return responseOf(method, statusCode)
}

export const updateIntegrationResponse = async (
  input: Shape<UpdateIntegrationResponseRequest>,
  call: WriteCall,
): Promise<IntegrationResponse> => {
  constrain(
    ...opViolations(INTEGRATION_RESPONSE_PATCH.input, input.patchOperations),
    matching(input.statusCode, 'statusCode', STATUS_CODE),
  )
  const { apiId, resource, method, statusCode } = await addressed(call, input)
  const before = responseOf(method, statusCode)
  const response = applyPatch(INTEGRATION_RESPONSE_PATCH, before, input.patchOperations)
  check(method, response)
  await replaceMethod(call, apiId, resource, withResponse(method, statusCode, response))
  return response
}

export const deleteIntegrationResponse = async (
  input: Shape<DeleteIntegrationResponseRequest>,
  call: WriteCall,
): Promise<void> => {
  const { apiId, resource, method, statusCode } = await addressed(call, input)
  responseOf(method, statusCode)
  await replaceMethod(call, apiId, resource, withResponse(method, statusCode, undefined))
}

const INTEGRATION_RESPONSE_PATCH: PatchTable = {
  input: 'updateIntegrationResponseInput',
  refusal: 'plain',
  rules: [
    {
      ...text('selectionPattern'),
      // AWS: the empty pattern is kept and echoed. [F044]
      apply: (members, { value }) => ({ ...members, selectionPattern: value }),
    },
    text('contentHandling'),
    entry('responseParameters', { absent: 'Invalid parameter name specified' }),
    entry('responseTemplates', {
      absent: 'Content-Type specified was not found',
      parse: ({ value }) => (value === undefined || value === '' ? null : value),
    }),
  ],
}

// AWS: an empty template is kept, and answered as null; an empty map is kept as it is. [F044, F052]
const templatesOf = (
  templates: Readonly<Record<string, string | null>> | undefined,
): Readonly<Record<string, string | null>> | undefined =>
  templates === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(templates).map(([type, template]) => [type, template || null]),
      )

const check = (method: Method, response: IntegrationResponse): void => {
  checkContentTypes(response.responseTemplates)
  checkResponseMappings(
    response.responseParameters,
    entryOf(method.methodResponses, response.statusCode)?.responseParameters,
  )
}

// AWS: an unknown method is an unknown integration here. [F058]
const addressed = async (call: ReadCall, input: Addressed) => {
  const apiId = required(input.restApiId, 'restApiId')
  const resource = await resourceOf(call, apiId, required(input.resourceId, 'resourceId'))
  const method = entryOf(resource.resourceMethods, required(input.httpMethod, 'httpMethod'))
  if (method === undefined) throw notFound('Invalid Integration identifier specified')
  integrationOf(method)
  return { apiId, resource, method, statusCode: required(input.statusCode, 'statusCode') }
}

const responseOf = (method: Method, statusCode: string): IntegrationResponse => {
  const response = entryOf(integrationOf(method).integrationResponses, statusCode)
  if (response === undefined) throw notFound('Invalid Response status code specified')
  return response
}

const withResponse = (
  method: Method,
  statusCode: string,
  response: IntegrationResponse | undefined,
): Method => {
  const { integrationResponses, ...integration } = integrationOf(method)
  const responses = withEntry(integrationResponses, statusCode, response)
  return {
    ...method,
    methodIntegration: defined({ ...integration, integrationResponses: responses }),
  }
}
