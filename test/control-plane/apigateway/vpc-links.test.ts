import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, notFound, operations } from './setting.ts'

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/a/b'

const createLinks = () => {
  const setting = createSetting()
  const create = (more: object = {}) =>
    setting.run(operations.CreateVpcLink, { name: 'link', targetArns: [ARN], ...more })
  return { ...setting, create }
}

describe('a VPC link', () => {
  it('is PENDING when it is made and AVAILABLE when it is read', async () => {
    const { create, run } = createLinks()
    const created = await create({ description: 'to the pets', tags: { a: '1' } })
    assert.match(created.id, /^[a-z0-9]{6}$/)
    const facts = {
      id: created.id,
      name: 'link',
      description: 'to the pets',
      targetArns: [ARN],
      tags: { a: '1' },
    }
    assert.deepEqual(created, { ...facts, status: 'PENDING' })
    const link = { ...facts, status: 'AVAILABLE', statusMessage: 'Your vpc link is ready for use' }
    assert.deepEqual(await run(operations.GetVpcLink, { vpcLinkId: created.id }), link)
    assert.deepEqual((await run(operations.GetVpcLinks, {})).items, [link])
  })

  it('is refused in the words of AWS [F074]', async () => {
    const { create, run } = createLinks()
    await badRequest(
      create({ targetArns: ['invalid-arn'] }),
      'Invalid ARN. ARN is not well formed invalid-arn',
    )
    await badRequest(create({ name: '' }), 'Name cannot be empty')
    await notFound(
      run(operations.DeleteVpcLink, { vpcLinkId: 'nothing' }),
      'Invalid Vpc Link identifier specified',
    )
  })

  it('changes its name and description, and nothing else', async () => {
    const { create, run } = createLinks()
    const { id: vpcLinkId } = await create()
    const update = (op: 'add' | 'replace', path: string, value: string) =>
      run(operations.UpdateVpcLink, { vpcLinkId, patchOperations: [{ op, path, value }] })
    assert.equal((await update('replace', '/name', 'other')).name, 'other')
    assert.equal((await update('replace', '/description', 'd')).description, 'd')
    await badRequest(update('replace', '/name', ''), 'Name cannot be empty')
    await badRequest(
      update('replace', '/targetArns', ARN),
      "Invalid patch path  '/targetArns' specified for op 'replace'. Must be one of: [/name, /description]",
    )
  })

  it('is not deleted while a stage serves through it', async () => {
    const { create, run, createApi } = createLinks()
    const { id: vpcLinkId } = await create()
    const { restApiId, rootId } = await createApi()
    const at = { restApiId, resourceId: rootId, httpMethod: 'GET' }
    await run(operations.PutMethod, { ...at, authorizationType: 'NONE' })
    await run(operations.PutIntegration, {
      ...at,
      type: 'HTTP_PROXY',
      integrationHttpMethod: 'GET',
      uri: 'http://pets.internal/',
      connectionType: 'VPC_LINK',
      connectionId: vpcLinkId,
    })
    await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
    await badRequest(
      run(operations.DeleteVpcLink, { vpcLinkId }),
      `Cannot delete vpc link. Vpc link '${vpcLinkId}', is referenced in [GET:${rootId}:dev] in format of [Method:Resource:Stage].`,
    )
    await run(operations.DeleteStage, { restApiId, stageName: 'dev' })
    await run(operations.DeleteVpcLink, { vpcLinkId })
    await notFound(
      run(operations.GetVpcLink, { vpcLinkId }),
      'Invalid Vpc Link identifier specified',
    )
  })
})
