// Authorizer functions for tests: an API whose method asks one, and a function that answers as a test says.
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import { answered, FUNCTION_ARN, testServices } from './http-api.ts'
import { FUNCTION_URI, restMethod, type TestRestApi } from './rest-api.ts'

export const AUTHORIZER_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:guard'
export const AUTHORIZER_URI = FUNCTION_URI.replace(FUNCTION_ARN, AUTHORIZER_ARN)
export const API_ARN = 'arn:aws:execute-api:us-east-1:123456789012:abc123'

export const restAuthorizer = (more: Partial<Authorizer> = {}): Authorizer => ({
  id: 'auth1',
  name: 'guard',
  type: 'TOKEN',
  authorizerUri: AUTHORIZER_URI,
  ...more,
})

export const guarded = (
  authorizer: Partial<Authorizer> = {},
  more: Partial<TestRestApi> = {},
): TestRestApi => ({
  methods: {
    'GET /pets': restMethod({ authorizationType: 'CUSTOM', authorizerId: 'auth1' }),
    'GET /pets/{id}': restMethod({ authorizationType: 'CUSTOM', authorizerId: 'auth1' }),
    'POST /pets': restMethod({ authorizationType: 'CUSTOM', authorizerId: 'auth1' }),
  },
  ...more,
  document: { authorizers: [restAuthorizer(authorizer)], ...more.document },
})

export const policyOf = (effect: 'Allow' | 'Deny', resource: string | readonly string[] = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
})

export const allows = (more: Readonly<Record<string, unknown>> = {}) =>
  answered({ principalId: 'ann', policyDocument: policyOf('Allow'), ...more })

export const fails = (errorMessage: string): InvokeAnswer => ({
  kind: 'answered',
  statusCode: 200,
  functionError: 'Unhandled',
  payload: Buffer.from(JSON.stringify({ errorMessage, errorType: 'Error' })),
  requestId: 'invoke-2',
})

/** Services whose authorizer function answers with `guard`; the backend answers `ok`. */
export const guardedServices = (
  guard: (event: Record<string, unknown>) => InvokeAnswer | Promise<InvokeAnswer>,
) => {
  const asked: Record<string, unknown>[] = []
  const heard = testServices({
    invokeFunction: async (request: InvokeRequest) => {
      if (request.functionArn !== AUTHORIZER_ARN) return answered({ statusCode: 200, body: 'ok' })
      const event = JSON.parse(Buffer.from(request.payload).toString('utf8'))
      asked.push(event)
      return guard(event)
    },
  })
  return { heard, asked }
}
