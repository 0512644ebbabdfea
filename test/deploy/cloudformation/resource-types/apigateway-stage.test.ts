import assert from 'node:assert/strict'
import { it } from 'node:test'
import { stages } from '#store/collections.ts'
import { restTemplate, SCOPE, workspace } from '../../deployment.ts'

const CANARY = `
  Release:
    Type: AWS::ApiGateway::Deployment
    DependsOn: Stage
    Properties:
      RestApiId: {Ref: Api}
      StageName: test
      DeploymentCanarySettings:
        {PercentTraffic: 10, StageVariableOverrides: {color: blue}, UseStageCache: true}
`

it('a deployment with canary settings is the canary of a stage, and ends with its resource', async (t) => {
  const space = workspace(t)
  await space.template(restTemplate(undefined, CANARY))
  const settings = async () => {
    const rows = await space.store.read((view) => view.list(stages, SCOPE))
    return rows.map(({ value }) => value)
  }
  const [stage] = await settings()
  const { deploymentId, ...canary } = stage?.canarySettings ?? {}
  assert.deepEqual(canary, {
    percentTraffic: 10,
    stageVariableOverrides: { color: 'blue' },
    useStageCache: true,
  })
  assert.notEqual(deploymentId, stage?.deploymentId)
  await space.template(restTemplate(undefined, ''))
  const [after, ...others] = await settings()
  assert.equal(others.length, 0)
  assert.equal(after?.canarySettings, undefined)
})
