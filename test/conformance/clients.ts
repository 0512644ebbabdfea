// What the conformance tests of apigatewayv2 stand on: the real SDK clients of both services, before one store.
import assert from 'node:assert/strict'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { ApiGatewayV2Client, ApiGatewayV2ServiceException } from '@aws-sdk/client-apigatewayv2'
import { apigatewayOperations } from '#control-plane/apigateway/operations.ts'
import { apigatewayv2Operations } from '#control-plane/apigatewayv2/operations.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import type { Store } from '#store/store.ts'
import { handClock, limitsFor } from '../support/limits.ts'
import { credentials, serve } from '../wire/served.ts'

export const NOW = new Date(Date.UTC(2026, 10, 21, 12))
export const ACCOUNT = '111111111111'
export const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:pets`

export interface Clients {
  readonly v1: APIGatewayClient
  readonly v2: ApiGatewayV2Client
  /** A REST API with a stage `prod`. */
  createRestApi(): Promise<string>
  close(): Promise<void>
}

export const startClients = async (
  options: { readonly store?: Store; readonly region?: string; readonly accountId?: string } = {},
): Promise<Clients> => {
  const { store = createMemoryStore(), region = 'us-east-1', accountId = ACCOUNT } = options
  const call = {
    accountId,
    region,
    requestId: 'b1946ac9-2f2f-4b3f-9a3c-111111111111',
    nowMs: NOW.getTime(),
    ids: randomIds(systemRandom),
    store,
    usage: limitsFor(handClock(NOW.getTime())).holder.usage,
  }
  const answers = (operations: typeof apigatewayOperations | typeof apigatewayv2Operations) =>
    Object.fromEntries(
      Object.entries(operations).map(
        ([name, operation]) => [name, (input: never) => operation(input, call)] as const,
      ),
    )
  const rest = await serve('apigateway', answers(apigatewayOperations))
  const http = await serve('apigatewayv2', answers(apigatewayv2Operations))
  const common = { region, credentials, maxAttempts: 1 }
  const v1 = new APIGatewayClient({ ...common, endpoint: rest.endpoint })
  const v2 = new ApiGatewayV2Client({ ...common, endpoint: http.endpoint })
  return {
    v1,
    v2,
    createRestApi: async () => {
      const integration = { 'x-amazon-apigateway-integration': { type: 'mock' } }
      const document = {
        swagger: '2.0',
        info: { title: 'pets', version: '1' },
        paths: { '/pets': { get: { responses: {}, ...integration } } },
      }
      const body = Buffer.from(JSON.stringify(document))
      const { id = '' } = await v1.send(new ImportRestApiCommand({ body }))
      await v1.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'prod' }))
      return id
    },
    close: async () => {
      v1.destroy()
      v2.destroy()
      await rest.close()
      await http.close()
      assert.deepEqual([...rest.bugs, ...http.bugs], [])
    },
  }
}

/** What was answered, without what the SDK adds. */
export const plain = <T extends { readonly $metadata: object }>(
  answer: T,
): Omit<T, '$metadata'> => {
  const { $metadata: _, ...members } = answer
  return members
}

/** The call fails with this error of AWS's. */
export const refused = async (
  calling: Promise<unknown>,
  name: string,
  status: number,
  message: RegExp | string,
): Promise<ApiGatewayV2ServiceException> => {
  const error = await calling.then(
    () => assert.fail(`${name} was expected`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ApiGatewayV2ServiceException, String(error))
  assert.equal(error.name, name, error.message)
  assert.equal(error.$metadata.httpStatusCode, status)
  if (typeof message === 'string') assert.equal(error.message, message)
  else assert.match(error.message, message)
  return error
}
