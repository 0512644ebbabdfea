// What AWS refuses of a method: on PutMethod, and of what UpdateMethod has made of one.
import type { Method } from '#model/apigateway/rest-api.ts'
import { authorizers, models, requestValidators } from '#store/collections.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import { invalidParameter } from './mapping-rules.ts'

export const HTTP_METHODS: readonly string[] = [
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'HEAD',
  'ANY',
]

const AUTHORIZATION_TYPES: readonly string[] = [
  'NONE',
  'AWS_IAM',
  'CUSTOM',
  'COGNITO_USER_POOLS',
  'JWT',
]

/** Throws for a method that cannot be, or that names what the API does not have. */
export const checkMethod = async (call: ReadCall, apiId: string, method: Method): Promise<void> => {
  checkHttpMethod(method.httpMethod)
  const { authorizationType, authorizerId, requestValidatorId } = method
  if (!AUTHORIZATION_TYPES.includes(authorizationType)) {
    throw badRequest(
      `Invalid authorization type specified. Valid options are ${AUTHORIZATION_TYPES.join(',')}`,
    )
  }
  const exists = async (parts: typeof authorizers | typeof requestValidators, id: string) =>
    (await call.view.get<unknown>(parts, call, `${apiId}/${id}`)) !== undefined
  if (authorizationType !== 'NONE' && authorizationType !== 'AWS_IAM') {
    if (authorizerId === undefined || !(await exists(authorizers, authorizerId))) {
      throw badRequest(
        'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
      )
    }
  }
  if (requestValidatorId !== undefined && !(await exists(requestValidators, requestValidatorId))) {
    throw badRequest('Invalid Request Validator identifier specified')
  }
  await checkModels(call, apiId, method.requestModels)
  checkParameters(method)
}

export const checkHttpMethod = (httpMethod: string): void => {
  if (HTTP_METHODS.includes(httpMethod)) return
  throw badRequest(`Invalid HttpMethod specified. Valid options are ${HTTP_METHODS.join(',')}`)
}

/** Throws where a content type names a model that the API does not have. */
export const checkModels = async (
  call: ReadCall,
  apiId: string,
  named: Readonly<Record<string, string>> | undefined,
): Promise<void> => {
  for (const name of Object.values(named ?? {})) {
    if ((await call.view.get(models, call, `${apiId}/${name}`)) === undefined) {
      throw badRequest(`Invalid model identifier specified: ${name}`)
    }
  }
}

const checkParameters = ({ requestParameters }: Method): void => {
  const names = new Set<string>()
  for (const key of Object.keys(requestParameters ?? {})) {
    const match =
      /^method\.request\.(?:header|querystring|path|multivalueheader|multivaluequerystring)\.(.+)$/.exec(
        key,
      )
    if (match?.[1] === undefined) throw invalidParameter(key)
    if (names.has(match[1])) {
      throw badRequest('Parameter names must be unique across querystring, header and path')
    }
    names.add(match[1])
  }
}
