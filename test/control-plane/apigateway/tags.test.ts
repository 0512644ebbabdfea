import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, operations } from './setting.ts'

const { TagResource, UntagResource, GetTags, GetRestApi, GetStage } = operations

describe('tags', () => {
  it('are put on APIs and stages by ARN, and read on the object', async () => {
    const { run, createMockApi } = createSetting()
    const { restApiId } = await createMockApi()
    await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
    const api = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`
    for (const resourceArn of [api, `${api}/stages/dev`]) {
      await run(TagResource, { resourceArn, tags: { a: '1', b: '2' } })
      await run(UntagResource, { resourceArn, tagKeys: ['a'] })
      assert.deepEqual(await run(GetTags, { resourceArn }), { tags: { b: '2' } })
    }
    assert.deepEqual((await run(GetRestApi, { restApiId })).tags, { b: '2' })
    const stage = { restApiId, stageName: 'dev' }
    assert.deepEqual((await run(GetStage, stage)).tags, { b: '2' })
    await run(UntagResource, { resourceArn: api, tagKeys: ['b'] })
    assert.ok(!('tags' in (await run(GetRestApi, { restApiId }))))
  })

  it('an ARN of something else is refused', async () => {
    const { run } = createSetting()
    for (const resourceArn of [
      'nothing',
      'arn:aws:s3:::bucket',
      'arn:aws:apigateway:us-east-1::/restapis',
      'arn:aws:apigateway:us-east-1::/restapis/a/b/c/d',
    ]) {
      await assert.rejects(run(GetTags, { resourceArn }), { name: 'ServiceError' })
    }
    await badRequest(
      run(operations.CreateRestApi, { name: 'pets', tags: { 'aws:x': '1' } }),
      'aws: prefixed tag key names are not allowed for external use.',
    )
  })
})
