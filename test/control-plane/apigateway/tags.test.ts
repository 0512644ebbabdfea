import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, operations, refused } from './setting.ts'

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

  it('are put on everything else that has them, and read on the object', async () => {
    const { run } = createSetting()
    const domainName = await run(operations.CreateDomainName, {
      domainName: 'api.example.com',
      endpointConfiguration: { types: ['PRIVATE'] },
    })
    const association = await run(operations.CreateDomainNameAccessAssociation, {
      domainNameArn: domainName.domainNameArn,
      accessAssociationSourceType: 'VPCE',
      accessAssociationSource: 'vpce-0123456789abcdef0',
    })
    const targetArns = ['arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/a/b']
    const { id: vpcLinkId } = await run(operations.CreateVpcLink, { name: 'link', targetArns })
    const { clientCertificateId } = await run(operations.GenerateClientCertificate, {})
    const { id: usagePlanId } = await run(operations.CreateUsagePlan, { name: 'plan' })
    const { id: apiKey } = await run(operations.CreateApiKey, {})
    const { domainNameId } = domainName
    const named = { domainName: 'api.example.com', domainNameId }
    const root = 'arn:aws:apigateway:us-east-1::'
    const things: readonly (readonly [string, () => Promise<{ readonly tags?: object }>])[] = [
      [`${root}/vpclinks/${vpcLinkId}`, () => run(operations.GetVpcLink, { vpcLinkId })],
      [
        `${root}/clientcertificates/${clientCertificateId}`,
        () => run(operations.GetClientCertificate, { clientCertificateId }),
      ],
      [`${root}/usageplans/${usagePlanId}`, () => run(operations.GetUsagePlan, { usagePlanId })],
      [`${root}/apikeys/${apiKey}`, () => run(operations.GetApiKey, { apiKey })],
      [domainName.domainNameArn, () => run(operations.GetDomainName, named)],
      [
        association.domainNameAccessAssociationArn,
        async () => (await run(operations.GetDomainNameAccessAssociations, {})).items[0] ?? {},
      ],
    ]
    for (const [resourceArn, read] of things) {
      await run(TagResource, { resourceArn, tags: { a: '1', b: '2' } })
      await run(UntagResource, { resourceArn, tagKeys: ['a'] })
      assert.deepEqual(await run(GetTags, { resourceArn }), { tags: { b: '2' } }, resourceArn)
      assert.deepEqual((await read()).tags, { b: '2' }, resourceArn)
    }
  })

  for (const tag of ['_custom_id_', 'ms-custom-id', 'floci:override-id']) {
    it(`${tag} fixes the id of an API`, async () => {
      const { run } = createSetting()
      const create = (id: string) =>
        run(operations.CreateRestApi, { name: 'pets', tags: { [tag]: id } })
      assert.equal((await create('my-pets')).id, 'my-pets')
      await refused(
        create('my-pets'),
        'ConflictException',
        409,
        'The API identifier my-pets is already in use',
      )
      await assert.rejects(create('../x'), { code: 'BadRequestException' })
    })
  }

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
