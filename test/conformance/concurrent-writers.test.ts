// A thousand writers at once on one API, over HTTP and on disk: every answer is AWS-shaped and no write is lost.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import {
  APIGatewayClient,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { type Gateway, startGateway } from '../support/gateway.ts'

const WRITERS = 1_000

let gateway: Gateway
before(async () => {
  gateway = await startGateway({ shape: 'start' })
})
after(() => gateway?.stop())

it('loses no update of a thousand concurrent writers on one API', async () => {
  const client = new APIGatewayClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { httpAgent: { maxSockets: 100 } },
  })
  const { id: restApiId = '', rootResourceId: parentId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'busy' }),
  )
  await Promise.all(
    Array.from({ length: WRITERS }, (_, index) =>
      index % 2 === 0
        ? client.send(new CreateResourceCommand({ restApiId, parentId, pathPart: `part${index}` }))
        : client.send(
            new UpdateRestApiCommand({
              restApiId,
              patchOperations: [{ op: 'add', path: `/binaryMediaTypes/application~1type${index}` }],
            }),
          ),
    ),
  )
  const parts = new Set<string | undefined>()
  let position: string | undefined
  do {
    const page = await client.send(new GetResourcesCommand({ restApiId, limit: 500, position }))
    for (const { pathPart } of page.items ?? []) parts.add(pathPart)
    position = page.position
  } while (position !== undefined)
  assert.equal(parts.size, WRITERS / 2 + 1)
  const { binaryMediaTypes = [] } = await client.send(new GetRestApiCommand({ restApiId }))
  assert.equal(new Set(binaryMediaTypes).size, WRITERS / 2)
  client.destroy()
})
