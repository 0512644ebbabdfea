import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory, documents } from '#store/collections.ts'
import { badRequest, createSetting, NOW_MS, notFound, operations } from './setting.ts'

const { CreateDeployment, GetDeployment, GetDeployments, DeleteDeployment, GetStage, UpdateStage } =
  operations

const MESSAGE = 'Invalid deployment content specified.'

const inApi = async () => {
  const setting = createSetting()
  const { restApiId, at } = await setting.createMockApi()
  const deploy = (members: object = {}) => setting.run(CreateDeployment, { restApiId, ...members })
  const stage = (stageName = 'prod') => setting.run(GetStage, { restApiId, stageName })
  const served = () =>
    setting.store.read((view) => view.get(directory, GLOBAL_SCOPE, `stage/${restApiId}/prod`))
  return { ...setting, restApiId, at, deploy, stage, served }
}

describe('Deployment', () => {
  it('an API without methods, or with one that calls nothing, is not deployed', async () => {
    const { run, createApi } = createSetting()
    const { restApiId, rootId } = await createApi()
    await badRequest(
      run(CreateDeployment, { restApiId }),
      "The REST API doesn't contain any methods",
    )
    await run(operations.PutMethod, {
      restApiId,
      resourceId: rootId,
      httpMethod: 'GET',
      authorizationType: 'NONE',
    })
    await badRequest(run(CreateDeployment, { restApiId }), 'No integration defined for method')
  })

  // source: https://github.com/hashicorp/terraform-provider-aws/issues/14290
  it('a private API is deployed with a resource policy only', async () => {
    const { run, restApiId, deploy } = await inApi()
    const patch = (path: string, value: string) =>
      run(operations.UpdateRestApi, {
        restApiId,
        patchOperations: [{ op: 'replace', path, value }],
      })
    await patch('/endpointConfiguration/types/EDGE', 'PRIVATE')
    await badRequest(deploy(), "Private REST API doesn't have a resource policy attached to it")
    const statement = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke' }
    const policyOn = (Resource: unknown) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource }] })
    await patch('/policy', policyOn(7))
    await badRequest(deploy(), "Private REST API doesn't have a resource policy attached to it")
    for (const resource of ['*', 'execute-api:/*', 'execute-api:/prod/GET/pets']) {
      await patch('/policy', policyOn(resource))
      assert.ok((await deploy()).id, resource)
    }
  })

  it('a deployment answers no more than AWS, and is listed', async () => {
    const { run, restApiId, deploy } = await inApi()
    const deployment = await deploy({ description: 'first' })
    assert.deepEqual(deployment, { id: deployment.id, createdDate: NOW_MS, description: 'first' })
    assert.deepEqual(await run(GetDeployments, { restApiId }), { items: [deployment] })
    const one = { restApiId, deploymentId: deployment.id }
    assert.deepEqual((await run(GetDeployment, { ...one, embed: ['apisummary'] })).apiSummary, {
      '/': { GET: { authorizationType: 'NONE', apiKeyRequired: false } },
    })
  })

  it('a stage name makes the stage, and the next deployment points it on', async () => {
    const { deploy, stage, served } = await inApi()
    const first = await deploy({
      stageName: 'prod',
      stageDescription: 'the stage',
      variables: { a: '1' },
    })
    assert.deepEqual(await stage(), {
      stageName: 'prod',
      deploymentId: first.id,
      description: 'the stage',
      createdDate: NOW_MS,
      lastUpdatedDate: NOW_MS,
      cacheClusterEnabled: false,
      cacheClusterStatus: 'NOT_AVAILABLE',
      tracingEnabled: false,
      methodSettings: {},
      variables: { a: '1' },
    })
    const before = await served()
    const second = await deploy({ stageName: 'prod' })
    const now = await stage()
    assert.equal(now.deploymentId, second.id)
    assert.deepEqual(now.variables, { a: '1' })
    const after = await served()
    assert.ok(before?.kind === 'stage' && after?.kind === 'stage')
    assert.notEqual(after.documentHash, before.documentHash)
  })

  it('what is served is the snapshot, not the draft', async () => {
    const { run, store, at, deploy, served } = await inApi()
    await deploy({ stageName: 'prod' })
    await run(operations.DeleteMethod, at)
    const entry = await served()
    assert.ok(entry?.kind === 'stage')
    const document = await store.read((view) =>
      view.get(documents, GLOBAL_SCOPE, entry.documentHash),
    )
    assert.ok(document?.protocol === 'REST')
    assert.ok(document.resources[0]?.resourceMethods?.['GET'] !== undefined)
  })

  it('F076: a deployment that a stage points at stays', async () => {
    const { run, restApiId, deploy } = await inApi()
    const first = await deploy({ stageName: 'prod' })
    const second = await deploy()
    const one = { restApiId, deploymentId: first.id }
    await badRequest(
      run(DeleteDeployment, one),
      'Active stages pointing to this deployment must be moved or deleted',
    )
    await run(UpdateStage, {
      restApiId,
      stageName: 'prod',
      patchOperations: [{ op: 'replace', path: '/deploymentId', value: second.id }],
    })
    await run(DeleteDeployment, one)
    await notFound(run(GetDeployment, one), 'Invalid Deployment identifier specified')
  })

  it('F086: a canary deployment leaves the stage where it is', async () => {
    const { deploy, stage } = await inApi()
    const first = await deploy({ stageName: 'prod' })
    const canary = await deploy({ stageName: 'prod', canarySettings: { percentTraffic: 50 } })
    const { deploymentId, canarySettings } = await stage()
    assert.equal(deploymentId, first.id)
    assert.deepEqual(canarySettings, {
      percentTraffic: 50,
      deploymentId: canary.id,
      useStageCache: false,
    })
  })

  it('a canary deployment needs a stage that is there', async () => {
    const { deploy } = await inApi()
    const canarySettings = {}
    const needed = `${MESSAGE}Non null and non empty stageName must be provided for canary deployment. Provided value is `
    await badRequest(deploy({ canarySettings }), `${needed}null`)
    await badRequest(deploy({ canarySettings, stageName: '' }), needed)
    await badRequest(
      deploy({ canarySettings, stageName: 'non-existing' }),
      `${MESSAGE}Stage non-existing must already be created before making a canary release deployment`,
    )
  })

  it('a refused deployment leaves nothing behind', async () => {
    const { run, store, restApiId, deploy } = await inApi()
    await assert.rejects(deploy({ stageName: 'no stage name' }), { code: 'BadRequestException' })
    assert.deepEqual(await run(GetDeployments, { restApiId }), { items: [] })
    assert.deepEqual(await store.read((view) => view.list(documents, GLOBAL_SCOPE)), [])
  })
})
