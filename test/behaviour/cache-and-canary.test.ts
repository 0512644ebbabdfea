// A stage with a cache, and one with a canary: made with the AWS SDK, run by real processes in both shapes.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  FlushStageCacheCommand,
  GetResourcesCommand,
  GetStageCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const ASKS_MAX = 2_000

for (const shape of SHAPES) {
  describe(`stages with daemun ${shape}`, () => {
    let gateway: Gateway
    let upstream: Upstream
    let client: APIGatewayClient
    before(async () => {
      let count = 0
      upstream = await startUpstream(({ url }) => ({
        headers: { 'x-count': String(++count) },
        body: url,
      }))
      gateway = await startGateway({ shape, args: ['--clock', 'controlled'] })
      client = new APIGatewayClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: gateway.credentials,
      })
    })
    after(async () => {
      await gateway?.stop()
      await upstream?.close()
    })

    /** An API whose `GET /` goes to a path of the backend that the stage variable `release` is part of. */
    const createApi = async () => {
      const { id: restApiId = '' } = await client.send(new CreateRestApiCommand({ name: 'api' }))
      const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }))
      const at = { restApiId, resourceId: items[0]?.id ?? '', httpMethod: 'GET' }
      await client.send(
        new PutMethodCommand({
          ...at,
          authorizationType: 'NONE',
          requestParameters: { 'method.request.querystring.id': false },
        }),
      )
      const putBackend = async (path: string) => {
        await client.send(
          new PutIntegrationCommand({
            ...at,
            type: 'HTTP_PROXY',
            integrationHttpMethod: 'GET',
            uri: `${upstream.url}/${path}`,
            cacheKeyParameters: ['method.request.querystring.id'],
          }),
        )
      }
      const patch = (...patchOperations: PatchOperation[]) =>
        client.send(new UpdateStageCommand({ restApiId, stageName: 'prod', patchOperations }))
      const ask = (query = '', headers = {}) =>
        call(gateway.dataOrigin, `/prod${query}`, {
          headers: { host: `${restApiId}.execute-api.localhost`, ...headers },
        })
      const until = async (accepts: (text: string, count: string) => boolean, query = '') => {
        // Changes reach each worker a moment later: so many times in a row is all of them.
        for (let asked = 0, inARow = 0; inARow < 12; asked++) {
          assert.ok(asked < ASKS_MAX, 'the change does not arrive')
          const { text, headers } = await ask(query)
          inARow = accepts(text, String(headers['x-count'])) ? inARow + 1 : 0
        }
      }
      return { restApiId, putBackend, patch, ask, until }
    }

    it('answers from the stage’s cache until its time is over or it is flushed, by key', async () => {
      const { restApiId, putBackend, patch, ask, until } = await createApi()
      await putBackend('cached')
      await client.send(
        new CreateDeploymentCommand({
          restApiId,
          stageName: 'prod',
          cacheClusterEnabled: true,
          cacheClusterSize: '0.5',
        }),
      )
      const stage = await patch({ op: 'replace', path: '/*/*/caching/enabled', value: 'true' })
      assert.equal(stage.cacheClusterStatus, 'AVAILABLE')
      const seen = new Set<string>()
      // Each worker has its own memory: no more answers than workers, once the setting has arrived.
      const workers = shape === 'serve' ? 2 : 1
      const settle = async () => {
        for (let asked = 0, hits = 0; hits < 24; asked++) {
          assert.ok(asked < ASKS_MAX)
          const { headers } = await ask('?id=1')
          hits = seen.has(String(headers['x-count'])) ? hits + 1 : 0
          seen.add(String(headers['x-count']))
        }
        return new Set(seen)
      }
      const first = await settle()
      const calls = upstream.seen.length
      for (let asked = 0; asked < 20; asked++) await ask('?id=1')
      assert.ok(upstream.seen.length <= calls + workers - 1)
      assert.match((await ask('?id=2')).text, /id=2/)

      await client.send(new FlushStageCacheCommand({ restApiId, stageName: 'prod' }))
      await until((_, count) => !first.has(count), '?id=1')

      const before = await settle()
      const order = JSON.stringify({ advanceMs: 300_000 })
      const moved = await call(gateway.endpoint, '/_daemun/clock', { method: 'POST', body: order })
      assert.equal(moved.status, 200)
      await until((_, count) => !before.has(count), '?id=1')
      const { headers } = await ask('?id=1', { 'cache-control': 'max-age=0' })
      assert.match(String(headers['warning']), /^199 /)
    })

    it('runs a canary beside the stage, promotes it and ends it [behaviour.md 11 "Canary"]', async () => {
      const { restApiId, putBackend, patch, until } = await createApi()
      await putBackend('v1-${stageVariables.color}')
      const first = await client.send(
        new CreateDeploymentCommand({
          restApiId,
          stageName: 'prod',
          variables: { color: 'red' },
        }),
      )
      await until((text) => text === '/v1-red')
      await putBackend('v2-${stageVariables.color}')
      const second = await client.send(
        new CreateDeploymentCommand({
          restApiId,
          stageName: 'prod',
          canarySettings: { percentTraffic: 50, stageVariableOverrides: { color: 'blue' } },
        }),
      )
      // Both answer, and nothing else does.
      const texts = new Set<string>()
      await until((text) => texts.add(text).size === 2)
      assert.deepEqual([...texts].sort(), ['/v1-red', '/v2-blue'])

      await patch({ op: 'replace', path: '/canarySettings/percentTraffic', value: '100' })
      await until((text) => text === '/v2-blue')
      await patch({ op: 'replace', path: '/canarySettings/percentTraffic', value: '0' })
      await until((text) => text === '/v1-red')

      const promoted = await patch(
        { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
        { op: 'copy', path: '/variables', from: '/canarySettings/stageVariableOverrides' },
        { op: 'remove', path: '/canarySettings' },
      )
      assert.equal(promoted.deploymentId, second.id)
      assert.deepEqual(promoted.variables, { color: 'blue' })
      assert.equal(promoted.canarySettings, undefined)
      await until((text) => text === '/v2-blue')
      // The other way: back to what was, with a canary on the new one, which is then given up.
      await patch(
        { op: 'replace', path: '/deploymentId', value: first.id ?? '' },
        { op: 'replace', path: '/canarySettings/deploymentId', value: second.id ?? '' },
        { op: 'replace', path: '/canarySettings/percentTraffic', value: '100' },
      )
      await until((text) => text === '/v2-blue')
      await patch({ op: 'remove', path: '/canarySettings' })
      await until((text) => text === '/v1-blue')
      const stage = await client.send(new GetStageCommand({ restApiId, stageName: 'prod' }))
      assert.equal(stage.deploymentId, first.id)
    })
  })
}
