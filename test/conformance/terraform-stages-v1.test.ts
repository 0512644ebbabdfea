// What the Terraform provider sends for v1's stages, keys and plans and expects to read after it wrote: the patches
// of its updates, member for member, and NotFoundException for what is gone. [terraform.md]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as v1 from '@aws-sdk/client-api-gateway'
import { ACCOUNT, type Clients, plain, startClients } from './clients.ts'
import { badRequestV1, notFoundV1 } from './refused-v1.ts'
import { add, createApi, remove, replace } from './terraform-v1.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

describe('Terraform reads what it wrote', () => {
  it('aws_api_gateway_account', async () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/logs`
    const patchOperations = [replace('/cloudwatchRoleArn', role)]
    await clients.v1.send(new v1.UpdateAccountCommand({ patchOperations }))
    const account = await clients.v1.send(new v1.GetAccountCommand({}))
    assert.equal(account.cloudwatchRoleArn, role)
    await clients.v1.send(
      new v1.UpdateAccountCommand({ patchOperations: [replace('/cloudwatchRoleArn', '')] }),
    )
    const without = await clients.v1.send(new v1.GetAccountCommand({}))
    assert.equal(without.cloudwatchRoleArn, undefined)
  })

  it('aws_api_gateway_api_key', async () => {
    const { id: apiKey } = await clients.v1.send(
      new v1.CreateApiKeyCommand({ name: 'key', enabled: true, description: 'd' }),
    )
    const patchOperations = [replace('/description', 'e'), replace('/enabled', 'false')]
    await clients.v1.send(new v1.UpdateApiKeyCommand({ apiKey, patchOperations }))
    const read = await clients.v1.send(new v1.GetApiKeyCommand({ apiKey, includeValue: true }))
    assert.deepEqual([read.description, read.enabled], ['e', false])
    assert.match(read.value ?? '', /^\w{20,}$/)
    assert.ok(read.createdDate instanceof Date && read.lastUpdatedDate instanceof Date)
    await clients.v1.send(new v1.DeleteApiKeyCommand({ apiKey }))
    const gone = new v1.GetApiKeyCommand({ apiKey })
    await notFoundV1(clients.v1.send(gone), 'Invalid API Key identifier specified')
  })

  it('aws_api_gateway_deployment and aws_api_gateway_stage', async () => {
    const { at, restApiId } = await createApi(clients)
    await clients.v1.send(new v1.PutIntegrationCommand({ ...at, type: 'MOCK' }))
    const { id: deploymentId } = await clients.v1.send(
      new v1.CreateDeploymentCommand({ restApiId, description: 'd' }),
    )
    const one = { restApiId, deploymentId }
    await clients.v1.send(
      new v1.UpdateDeploymentCommand({ ...one, patchOperations: [replace('/description', 'e')] }),
    )
    const deployment = await clients.v1.send(new v1.GetDeploymentCommand(one))
    assert.equal(deployment.description, 'e')
    const stage = { restApiId, stageName: 'prod' }
    const created = await clients.v1.send(
      new v1.CreateStageCommand({ ...stage, deploymentId, variables: { one: '1' } }),
    )
    assert.equal(created.cacheClusterStatus, 'NOT_AVAILABLE')
    const destination = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:a`
    const updated = await clients.v1.send(
      new v1.UpdateStageCommand({
        ...stage,
        patchOperations: [
          replace('/cacheClusterEnabled', 'true'),
          replace('/cacheClusterSize', '0.5'),
          replace('/description', 'Goodbye'),
          replace('/tracingEnabled', 'true'),
          replace('/variables/three', '3'),
          remove('/variables/one'),
          replace('/accessLogSettings/destinationArn', destination),
          replace('/accessLogSettings/format', '$context.requestId'),
        ],
      }),
    )
    assert.deepEqual(
      [updated.cacheClusterStatus, updated.cacheClusterSize, updated.variables],
      ['AVAILABLE', '0.5', { three: '3' }],
    )
    assert.deepEqual(updated.accessLogSettings, {
      destinationArn: destination,
      format: '$context.requestId',
    })
    await clients.v1.send(
      new v1.UpdateStageCommand({ ...stage, patchOperations: [remove('/accessLogSettings')] }),
    )
    const read = await clients.v1.send(new v1.GetStageCommand(stage))
    assert.equal(read.accessLogSettings, undefined)
    await badRequestV1(
      clients.v1.send(new v1.DeleteDeploymentCommand(one)),
      'Active stages pointing to this deployment must be moved or deleted',
    )
    await clients.v1.send(new v1.DeleteStageCommand(stage))
    await clients.v1.send(new v1.DeleteDeploymentCommand(one))
    await notFoundV1(
      clients.v1.send(new v1.GetStageCommand(stage)),
      'Invalid stage identifier specified',
    )
  })

  it('aws_api_gateway_method_settings', async () => {
    const { at, restApiId } = await createApi(clients)
    await clients.v1.send(new v1.PutIntegrationCommand({ ...at, type: 'MOCK' }))
    const stage = { restApiId, stageName: 'dev' }
    await clients.v1.send(new v1.CreateDeploymentCommand(stage))
    const update = (...patchOperations: v1.PatchOperation[]) =>
      clients.v1.send(new v1.UpdateStageCommand({ ...stage, patchOperations }))
    const prefix = '/test/GET/'
    const { methodSettings } = await update(
      replace(`${prefix}metrics/enabled`, 'true'),
      replace(`${prefix}logging/loglevel`, 'INFO'),
      replace(`${prefix}logging/dataTrace`, 'true'),
      replace(`${prefix}throttling/burstLimit`, '5000'),
      replace(`${prefix}throttling/rateLimit`, '10000.000000'),
      replace(`${prefix}caching/enabled`, 'true'),
      replace(`${prefix}caching/ttlInSeconds`, '600'),
      replace(`${prefix}caching/dataEncrypted`, 'true'),
      replace(`${prefix}caching/requireAuthorizationForCacheControl`, 'false'),
      replace(
        `${prefix}caching/unauthorizedCacheControlHeaderStrategy`,
        'SUCCEED_WITHOUT_RESPONSE_HEADER',
      ),
    )
    assert.deepEqual(methodSettings, {
      'test/GET': {
        metricsEnabled: true,
        loggingLevel: 'INFO',
        dataTraceEnabled: true,
        throttlingBurstLimit: 5000,
        throttlingRateLimit: 10000,
        cachingEnabled: true,
        cacheTtlInSeconds: 600,
        cacheDataEncrypted: true,
        requireAuthorizationForCacheControl: false,
        unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITHOUT_RESPONSE_HEADER',
      },
    })
    assert.deepEqual((await update(remove('/test/GET'))).methodSettings, {})
    await badRequestV1(
      update(remove('/test/GET')),
      'Cannot remove method setting test/GET because there is no method setting for this method ',
    )
  })

  it('aws_api_gateway_usage_plan and aws_api_gateway_usage_plan_key', async () => {
    const apiId = await clients.createRestApi()
    const { id: usagePlanId } = await clients.v1.send(
      new v1.CreateUsagePlanCommand({ name: 'plan' }),
    )
    const update = async (...patchOperations: v1.PatchOperation[]) =>
      plain(await clients.v1.send(new v1.UpdateUsagePlanCommand({ usagePlanId, patchOperations })))
    const updated = await update(
      replace('/name', 'plan2'),
      replace('/description', 'd'),
      replace('/productCode', 'code'),
      add('/apiStages', `${apiId}:prod`),
      replace('/throttle/rateLimit', '5'),
      replace('/throttle/burstLimit', '10'),
      replace('/quota/limit', '100'),
      replace('/quota/offset', '6'),
      replace('/quota/period', 'WEEK'),
    )
    assert.deepEqual(updated, {
      id: usagePlanId,
      name: 'plan2',
      description: 'd',
      productCode: 'code',
      apiStages: [{ apiId, stage: 'prod' }],
      throttle: { rateLimit: 5, burstLimit: 10 },
      quota: { limit: 100, offset: 6, period: 'WEEK' },
    })
    const without = await update(
      remove('/apiStages', `${apiId}:prod`),
      remove('/throttle'),
      remove('/quota'),
      remove('/productCode'),
    )
    assert.deepEqual(without, {
      id: usagePlanId,
      name: 'plan2',
      description: 'd',
      apiStages: [],
    })
    const { id: keyId } = await clients.v1.send(new v1.CreateApiKeyCommand({ name: 'key' }))
    const one = { usagePlanId, keyId }
    await clients.v1.send(new v1.CreateUsagePlanKeyCommand({ ...one, keyType: 'API_KEY' }))
    const key = await clients.v1.send(new v1.GetUsagePlanKeyCommand(one))
    assert.equal(key.name, 'key')
    assert.ok(key.value)
    await clients.v1.send(new v1.DeleteUsagePlanKeyCommand(one))
    await notFoundV1(
      clients.v1.send(new v1.GetUsagePlanKeyCommand(one)),
      'Invalid API Key identifier specified',
    )
    await clients.v1.send(new v1.DeleteUsagePlanCommand({ usagePlanId }))
    await notFoundV1(
      clients.v1.send(new v1.GetUsagePlanCommand({ usagePlanId })),
      'Invalid Usage Plan ID specified',
    )
  })
})
