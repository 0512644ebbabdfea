// A resource policy as an operator sets it, with the real SDK client: it holds once it is deployed.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'

const DENY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'NobodyFromHere',
      Effect: 'Deny',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/prod/GET/pets',
      Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
    },
    { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
  ],
})

const method = {
  responses: { 200: { description: 'ok' } },
  'x-amazon-apigateway-integration': {
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode":200}' },
    responses: { default: { statusCode: '200' } },
  },
}
const DEFINITION = Buffer.from(
  JSON.stringify({
    swagger: '2.0',
    info: { title: 'pets', version: '1' },
    paths: { '/pets': { get: method }, '/open': { get: method } },
  }),
)

for (const shape of SHAPES) {
  describe(`a resource policy, ${shape}`, () => {
    let gateway: Gateway
    let client: APIGatewayClient
    before(async () => {
      gateway = await startGateway({ shape })
      client = new APIGatewayClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: gateway.credentials,
        maxAttempts: 1,
      })
    })
    after(() => gateway.stop())

    const statusOf = async (apiId: string, path: string, wanted: number): Promise<string> => {
      const headers = { host: `${apiId}.execute-api.localhost` }
      // What was just deployed is served a moment later: asked until it is, a bounded number of times.
      for (let left = 500; ; left -= 1) {
        const { status, text } = await call(gateway.dataOrigin, `/prod${path}`, { headers })
        if (status === wanted) return text
        assert.ok(left > 0, `${path} is ${status}, not ${wanted}: ${text}`)
      }
    }

    it('is not in force while it is a draft, and is with the next deployment', async () => {
      const { id = '' } = await client.send(new ImportRestApiCommand({ body: DEFINITION }))
      const deploy = () =>
        client.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'prod' }))
      await deploy()
      await statusOf(id, '/pets', 200)
      await client.send(
        new UpdateRestApiCommand({
          restApiId: id,
          patchOperations: [{ op: 'replace', path: '/policy', value: DENY }],
        }),
      )
      await statusOf(id, '/pets', 200)
      await deploy()
      const text = await statusOf(id, '/pets', 403)
      assert.equal(
        text,
        `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:${id}/prod/GET/pets with an explicit deny"}`,
      )
      await statusOf(id, '/open', 200)
      const { record } = (await gateway.event(
        ({ event, ...more }) =>
          event === 'request' && JSON.stringify(more).includes('NobodyFromHere'),
      )) as { readonly record?: unknown }
      assert.ok(!text.includes('NobodyFromHere'), `the reason is told to the log alone: ${record}`)
    })
  })
}
