import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badRequest, conflict, refused } from '../apigateway/setting.ts'
import { createSetting, NOW_MS, operations } from './setting.ts'

const keysOf = (routes: readonly { readonly routeKey: string }[] | undefined) =>
  routes?.map((route) => route.routeKey).toSorted()

test('a stage without auto-deploy serves nothing until it has a deployment', async () => {
  const { run, createApi, createRoute, served } = createSetting()
  const apiId = await createApi()
  await createRoute(apiId)
  const stage = await run(operations.CreateStage, { apiId, stageName: 'dev' })
  assert.deepEqual(stage, {
    stageName: 'dev',
    createdDate: NOW_MS,
    lastUpdatedDate: NOW_MS,
    defaultRouteSettings: { detailedMetricsEnabled: false },
    routeSettings: {},
    stageVariables: {},
    tags: {},
  })
  assert.equal(await served(apiId, 'dev'), undefined)
  const { deploymentId } = await run(operations.CreateDeployment, { apiId })
  await run(operations.UpdateStage, { apiId, stageName: 'dev', deploymentId })
  assert.equal((await served(apiId, 'dev'))?.document.deploymentId, deploymentId)
})

test('a manual deployment is a snapshot: later changes wait for the next one', async () => {
  const { run, createApi, createRoute, served } = createSetting()
  const apiId = await createApi()
  await createRoute(apiId, 'GET /a')
  const first = await run(operations.CreateDeployment, { apiId, stageName: 'dev' })
  assert.deepEqual(first, {
    deploymentId: first.deploymentId,
    createdDate: NOW_MS,
    autoDeployed: false,
    deploymentStatus: 'DEPLOYED',
  })
  await createRoute(apiId, 'GET /b')
  assert.deepEqual(keysOf((await served(apiId, 'dev'))?.document.routes), ['GET /a'])
  await run(operations.CreateDeployment, { apiId, stageName: 'dev' })
  assert.deepEqual(keysOf((await served(apiId, 'dev'))?.document.routes), ['GET /a', 'GET /b'])
})

test('a stage with auto-deploy follows every change in the transaction that makes it', async () => {
  const { run, createApi, createRoute, served, countDocuments } = createSetting()
  const apiId = await createApi()
  const empty = await run(operations.CreateStage, {
    apiId,
    stageName: '$default',
    autoDeploy: true,
  })
  assert.equal(
    empty.lastDeploymentStatusMessage,
    'Deployment attempt failed: At least one route is required before deploying the API.',
  )
  assert.equal(await served(apiId, '$default'), undefined)
  const route = await createRoute(apiId, 'GET /a')
  assert.deepEqual(keysOf((await served(apiId, '$default'))?.document.routes), ['GET /a'])
  await run(operations.UpdateRoute, { apiId, routeId: route.routeId, routeKey: 'GET /b' })
  assert.deepEqual(keysOf((await served(apiId, '$default'))?.document.routes), ['GET /b'])
  const integrationId = route.target?.split('/')[1]
  await run(operations.UpdateIntegration, { apiId, integrationId, timeoutInMillis: 1000 })
  const { document } = (await served(apiId, '$default')) ?? {}
  assert.equal(document?.integrations[0]?.timeoutInMillis, 1000)
  await run(operations.UpdateApi, { apiId, corsConfiguration: { allowOrigins: ['*'] } })
  const after = await served(apiId, '$default')
  assert.deepEqual(after?.document.api.corsConfiguration, { allowOrigins: ['*'] })
  const { items } = await run(operations.GetDeployments, { apiId })
  assert.deepEqual(
    items.map((deployment) => [deployment.autoDeployed, deployment.deploymentId]),
    [[true, after?.entry.stage.deploymentId]],
    'a superseded automatic deployment is dropped',
  )
  assert.equal(await countDocuments(), 1)
})

test('nobody deploys by hand to a stage with auto-deploy', async () => {
  const { run, createApi, createRoute } = createSetting()
  const apiId = await createApi()
  await createRoute(apiId)
  const { deploymentId } = await run(operations.CreateDeployment, { apiId })
  await run(operations.CreateStage, { apiId, stageName: 'auto', autoDeploy: true })
  await badRequest(
    run(operations.CreateDeployment, { apiId, stageName: 'auto' }),
    'Deployments cannot be made by hand to stage auto: auto-deploy is on',
  )
  await badRequest(
    run(operations.UpdateStage, { apiId, stageName: 'auto', deploymentId }),
    'Deployment ID cannot be set on a stage with auto-deploy enabled',
  )
})

test('a deployment that a stage points to cannot be deleted', async () => {
  const { run, createApi, createRoute, countDocuments } = createSetting()
  const apiId = await createApi()
  await badRequest(
    run(operations.CreateDeployment, { apiId }),
    'At least one route is required before deploying the API.',
  )
  await createRoute(apiId)
  const { deploymentId } = await run(operations.CreateDeployment, { apiId, stageName: 'dev' })
  await badRequest(
    run(operations.DeleteDeployment, { apiId, deploymentId }),
    'Active stages pointing to this deployment must be moved or deleted',
  )
  await run(operations.DeleteStage, { apiId, stageName: 'dev' })
  await run(operations.DeleteDeployment, { apiId, deploymentId })
  assert.equal(await countDocuments(), 0)
})

test('UpdateStage merges settings member by member and variables key by key', async () => {
  const { run, createApi, createRoute, served } = createSetting()
  const apiId = await createApi()
  await createRoute(apiId)
  await run(operations.CreateStage, {
    apiId,
    stageName: 'dev',
    autoDeploy: true,
    stageVariables: { a: '1', b: '2' },
    defaultRouteSettings: { throttlingBurstLimit: 5 },
    routeSettings: { 'GET /pets': { throttlingRateLimit: 2 } },
    accessLogSettings: { destinationArn: 'arn:aws:logs:us-east-1:1:log-group:a', format: 'x' },
  })
  const stage = await run(operations.UpdateStage, {
    apiId,
    stageName: 'dev',
    stageVariables: { a: '', c: '3' },
    defaultRouteSettings: { throttlingRateLimit: 9 },
    routeSettings: { 'GET /pets': { throttlingBurstLimit: 3 } },
  })
  assert.deepEqual(stage.stageVariables, { b: '2', c: '3' })
  assert.deepEqual(stage.defaultRouteSettings, {
    detailedMetricsEnabled: false,
    throttlingBurstLimit: 5,
    throttlingRateLimit: 9,
  })
  assert.deepEqual(stage.routeSettings, {
    'GET /pets': { throttlingRateLimit: 2, throttlingBurstLimit: 3 },
  })
  assert.deepEqual((await served(apiId, 'dev'))?.entry.stage, stage)
  await run(operations.DeleteRouteSettings, { apiId, stageName: 'dev', routeKey: 'GET /pets' })
  await run(operations.DeleteAccessLogSettings, { apiId, stageName: 'dev' })
  const bare = await run(operations.GetStage, { apiId, stageName: 'dev' })
  assert.deepEqual(bare.routeSettings, {})
  assert.equal('accessLogSettings' in bare, false)
})

test('a stage is refused a name, a variable or a route that cannot be', async () => {
  const { run, createApi } = createSetting()
  const apiId = await createApi()
  const stage = { apiId, stageName: 'dev' }
  await badRequest(
    run(operations.CreateStage, { apiId, stageName: 'a b' }),
    'Stage name only allows a-zA-Z0-9_- and has at most 128 characters, or is $default for HTTP APIs',
  )
  await badRequest(
    run(operations.CreateStage, { ...stage, stageVariables: { secret: 'a b' } }),
    'Stage variable value of secret contains invalid characters or is too long',
  )
  await refused(
    run(operations.CreateStage, { ...stage, routeSettings: { 'GET /x': {} } }),
    'NotFoundException',
    404,
    'Unable to find Route by key GET /x within the provided RouteSettings',
  )
  await run(operations.CreateStage, stage)
  await conflict(run(operations.CreateStage, stage), 'Stage already exists')
})
