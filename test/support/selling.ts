// A REST API that is sold: a MOCK method that asks for a key, deployed, and customers with keys in usage plans.
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  type CreateUsagePlanCommandInput,
  CreateUsagePlanKeyCommand,
  GetResourcesCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { type Answer, call, type Gateway } from './gateway.ts'

export interface Shop {
  readonly client: APIGatewayClient
  readonly restApiId: string
  /** `GET /prod/orders` (or another path) with a key. */
  ask(key?: string, path?: string): Promise<Answer>
  /** The statuses of so many requests, one after the other. */
  statuses(count: number, key?: string): Promise<readonly number[]>
  /** An enabled key with this value. */
  createKey(value: string): Promise<string>
  /** A plan that has the stage, with these keys in it. */
  createPlan(
    settings: Omit<CreateUsagePlanCommandInput, 'name'>,
    keyIds: readonly string[],
  ): Promise<string>
  /** Sets the gateway's clock. */
  clock(order: Readonly<Record<string, unknown>>): Promise<Answer>
  /** Asks until the answer has this status: for what is published a moment later. */
  until(status: number, key?: string, path?: string): Promise<number>
}

export const openShop = async (gateway: Gateway): Promise<Shop> => {
  const client = new APIGatewayClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: gateway.credentials,
  })
  const { id: restApiId = '' } = await client.send(new CreateRestApiCommand({ name: 'shop' }))
  const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }))
  for (const pathPart of ['orders', 'reports']) {
    const created = await client.send(
      new CreateResourceCommand({ restApiId, parentId: items[0]?.id ?? '', pathPart }),
    )
    await putMock(client, { restApiId, resourceId: created.id ?? '', httpMethod: 'GET' })
  }
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))

  const ask = (key?: string, path = '/prod/orders') =>
    call(gateway.dataOrigin, path, {
      headers: {
        host: `${restApiId}.execute-api.localhost`,
        ...(key !== undefined && { 'x-api-key': key }),
      },
    })
  return {
    client,
    restApiId,
    ask,
    statuses: async (count, key) => {
      const found: number[] = []
      while (found.length < count) found.push((await ask(key)).status)
      return found
    },
    createKey: async (value) => {
      const { id = '' } = await client.send(
        new CreateApiKeyCommand({ name: value, value, enabled: true }),
      )
      return id
    },
    createPlan: async (settings, keyIds) => {
      const { id: usagePlanId = '' } = await client.send(
        new CreateUsagePlanCommand({
          name: 'plan',
          apiStages: [{ apiId: restApiId, stage: 'prod' }],
          ...settings,
        }),
      )
      for (const keyId of keyIds) {
        await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))
      }
      return usagePlanId
    },
    clock: (order) =>
      call(gateway.endpoint, '/_daemun/clock', { method: 'POST', body: JSON.stringify(order) }),
    until: async (status, key, path) => {
      const startMs = performance.now()
      while (performance.now() - startMs < 10_000) {
        if ((await ask(key, path)).status === status) return performance.now() - startMs
      }
      throw new Error(`no answer ${status} within 10 s`)
    },
  }
}

/** A method that asks for a key and answers by itself. */
export const putMock = async (
  client: APIGatewayClient,
  at: { readonly restApiId: string; readonly resourceId: string; readonly httpMethod: string },
): Promise<void> => {
  await client.send(
    new PutMethodCommand({ ...at, authorizationType: 'NONE', apiKeyRequired: true }),
  )
  await client.send(
    new PutIntegrationCommand({
      ...at,
      type: 'MOCK',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
    }),
  )
  await client.send(new PutMethodResponseCommand({ ...at, statusCode: '200' }))
  await client.send(
    new PutIntegrationResponseCommand({
      ...at,
      statusCode: '200',
      responseTemplates: {
        'application/json': '$context.identity.apiKeyId $context.identity.apiKey',
      },
    }),
  )
}
