// APIs as a whole, deployments, stages and VPC links of v2, by the SDK.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateApiCommand,
  type CreateApiCommandInput,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  CreateVpcLinkCommand,
  DeleteAccessLogSettingsCommand,
  DeleteApiCommand,
  DeleteCorsConfigurationCommand,
  DeleteDeploymentCommand,
  DeleteIntegrationCommand,
  DeleteStageCommand,
  DeleteVpcLinkCommand,
  ExportApiCommand,
  GetApiCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  GetStagesCommand,
  GetTagsCommand,
  GetVpcLinkCommand,
  GetVpcLinksCommand,
  ResetAuthorizersCacheCommand,
  TagResourceCommand,
  UpdateApiCommand,
  UpdateDeploymentCommand,
  UpdateStageCommand,
  UpdateVpcLinkCommand,
} from '@aws-sdk/client-apigatewayv2'
import { type Clients, FUNCTION, NOW, plain, refused, startClients } from './clients.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const createApi = async (more: Partial<CreateApiCommandInput> = {}): Promise<string> => {
  const command = new CreateApiCommand({ Name: 'pets', ProtocolType: 'HTTP', ...more })
  return (await clients.v2.send(command)).ApiId ?? ''
}

const missing = async (calling: Promise<unknown>, resourceType: string) => {
  const error = await refused(calling, 'NotFoundException', 404, /^Invalid /)
  assert.equal(Reflect.get(error, 'ResourceType'), resourceType)
}
const bad = (calling: Promise<unknown>, message: RegExp | string) =>
  refused(calling, 'BadRequestException', 400, message)

describe('an API of v2', () => {
  it('is updated member by member, and loses its CORS configuration when it is deleted', async () => {
    const { v2 } = clients
    const ApiId = await createApi({ CorsConfiguration: { AllowOrigins: ['*'], MaxAge: 60 } })
    const created = await v2.send(new GetApiCommand({ ApiId }))
    const updated = await v2.send(
      new UpdateApiCommand({ ApiId, Name: 'dogs', Description: 'All dogs' }),
    )
    assert.deepEqual(plain(updated), { ...plain(created), Name: 'dogs', Description: 'All dogs' })
    const { $metadata } = await v2.send(new DeleteCorsConfigurationCommand({ ApiId }))
    assert.equal($metadata.httpStatusCode, 204)
    const after = await v2.send(new UpdateApiCommand({ ApiId, Description: '' }))
    const { CorsConfiguration: _, ...rest } = plain(created)
    assert.deepEqual(plain(after), { ...rest, Name: 'dogs' })
    await bad(v2.send(new UpdateApiCommand({ ApiId, Name: '' })), /name must not be empty/)
    await missing(v2.send(new UpdateApiCommand({ ApiId: 'nothing', Name: 'a' })), 'Api')
    await missing(v2.send(new DeleteCorsConfigurationCommand({ ApiId: 'nothing' })), 'Api')
  })

  it('has the id that a tag asks for, unless another API has it or it cannot be one', async () => {
    const { v2 } = clients
    for (const tag of ['_custom_id_', 'ms-custom-id', 'floci:override-id']) {
      const id = `fixed-${tag.replaceAll(/[^a-z]/g, '')}`
      assert.equal(await createApi({ Tags: { [tag]: id } }), id)
      const api = await v2.send(new GetApiCommand({ ApiId: id }))
      assert.equal(api.ApiEndpoint, `https://${id}.execute-api.us-east-1.amazonaws.com`)
      assert.deepEqual(api.Tags, { [tag]: id })
      const again = createApi({ Tags: { [tag]: id } })
      await refused(again, 'ConflictException', 409, /already in use/)
      await v2.send(new DeleteApiCommand({ ApiId: id }))
      assert.equal(await createApi({ Tags: { [tag]: id } }), id)
    }
    for (const id of ['Upper', '-a', 'a.b', 'a/b', '', 'x'.repeat(64)])
      await bad(createApi({ Tags: { _custom_id_: id } }), /of the tag _custom_id_ is invalid/)
  })

  it('is exported as the bytes of a definition', async () => {
    const { v2 } = clients
    const ApiId = await createApi({ Target: FUNCTION })
    const ask = (more: object) =>
      v2.send(new ExportApiCommand({ ApiId, Specification: 'OAS30', OutputType: 'JSON', ...more }))
    const json = await ask({ StageName: '$default', IncludeExtensions: true })
    assert.equal(JSON.parse(Buffer.from(json.body ?? []).toString()).info.title, 'pets')
    const yaml = Buffer.from((await ask({ OutputType: 'YAML' })).body ?? []).toString()
    assert.match(yaml, /^openapi: /m)
    await bad(ask({ Specification: 'OAS20' }), /Invalid specification/)
    await missing(ask({ ApiId: 'nothing' }), 'Api')
    await missing(ask({ StageName: 'nothing' }), 'Stage')
  })
})

describe('a deployment of v2', () => {
  it('is made, read, listed, described and deleted once no stage has it', async () => {
    const { v2 } = clients
    const ApiId = await createApi()
    await bad(v2.send(new CreateDeploymentCommand({ ApiId })), /At least one route is required/)
    await v2.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /' }))
    const created = await v2.send(new CreateDeploymentCommand({ ApiId, StageName: 'prod' }))
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { DeploymentId } = created
    const expected = {
      AutoDeployed: false,
      CreatedDate: NOW,
      DeploymentId,
      DeploymentStatus: 'DEPLOYED',
    }
    assert.deepEqual(plain(created), expected)
    const id = { ApiId, DeploymentId }
    const updated = await v2.send(new UpdateDeploymentCommand({ ...id, Description: 'first' }))
    assert.deepEqual(plain(updated), { ...expected, Description: 'first' })
    assert.deepEqual(plain(await v2.send(new GetDeploymentCommand(id))), plain(updated))
    const { Items } = await v2.send(new GetDeploymentsCommand({ ApiId }))
    assert.deepEqual(Items, [plain(updated)])
    await bad(v2.send(new DeleteDeploymentCommand(id)), /Active stages pointing/)
    await v2.send(new DeleteStageCommand({ ApiId, StageName: 'prod' }))
    assert.equal((await v2.send(new DeleteDeploymentCommand(id))).$metadata.httpStatusCode, 204)
    await missing(v2.send(new DeleteDeploymentCommand(id)), 'Deployment')
  })
})

describe('a stage of v2', () => {
  it('is created with its defaults, read, listed, merged and deleted', async () => {
    const { v2 } = clients
    const ApiId = await createApi()
    const id = { ApiId, StageName: 'prod' }
    const AccessLogSettings = { DestinationArn: 'arn:aws:logs:us-east-1:1:log-group:a', Format: '' }
    const created = await v2.send(new CreateStageCommand({ ...id, AccessLogSettings }))
    assert.deepEqual(plain(created), {
      AccessLogSettings,
      CreatedDate: NOW,
      DefaultRouteSettings: { DetailedMetricsEnabled: false },
      LastUpdatedDate: NOW,
      RouteSettings: {},
      StageName: 'prod',
      StageVariables: {},
      Tags: {},
    })
    assert.deepEqual(plain(await v2.send(new GetStageCommand(id))), plain(created))
    assert.deepEqual((await v2.send(new GetStagesCommand({ ApiId }))).Items, [plain(created)])
    await v2.send(new UpdateStageCommand({ ...id, StageVariables: { a: '1', b: '2' } }))
    const updated = await v2.send(new UpdateStageCommand({ ...id, StageVariables: { a: '' } }))
    assert.deepEqual(updated.StageVariables, { b: '2' })
    const { $metadata } = await v2.send(new DeleteAccessLogSettingsCommand(id))
    assert.equal($metadata.httpStatusCode, 204)
    assert.equal((await v2.send(new GetStageCommand(id))).AccessLogSettings, undefined)
    const again = v2.send(new CreateStageCommand(id))
    await refused(again, 'ConflictException', 409, 'Stage already exists')
    await v2.send(new DeleteStageCommand(id))
    await missing(v2.send(new DeleteStageCommand(id)), 'Stage')
    await missing(v2.send(new DeleteAccessLogSettingsCommand(id)), 'Stage')
  })

  it('forgets what its authorizers answered, and does not show how often', async () => {
    const { v2 } = clients
    const ApiId = await createApi({ Target: FUNCTION })
    const id = { ApiId, StageName: '$default' }
    const before = await v2.send(new GetStageCommand(id))
    const { $metadata } = await v2.send(new ResetAuthorizersCacheCommand(id))
    assert.equal($metadata.httpStatusCode, 204)
    assert.deepEqual(plain(await v2.send(new GetStageCommand(id))), plain(before))
    const none = new ResetAuthorizersCacheCommand({ ApiId, StageName: 'none' })
    await missing(v2.send(none), 'Stage')
  })
})

describe('a VPC link of v2', () => {
  it('is created, read, listed, renamed and tagged, and deleted once nothing leads through it', async () => {
    const { v2 } = clients
    const created = await v2.send(
      new CreateVpcLinkCommand({ Name: 'inner', SubnetIds: ['subnet-1'], Tags: { a: '1' } }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { VpcLinkId } = created
    assert.deepEqual(plain(created), {
      CreatedDate: NOW,
      Name: 'inner',
      SecurityGroupIds: [],
      SubnetIds: ['subnet-1'],
      Tags: { a: '1' },
      VpcLinkId,
      VpcLinkStatus: 'AVAILABLE',
      VpcLinkStatusMessage: 'VPC link is ready to route traffic',
      VpcLinkVersion: 'V2',
    })
    const updated = await v2.send(new UpdateVpcLinkCommand({ VpcLinkId, Name: 'outer' }))
    assert.deepEqual(plain(updated), { ...plain(created), Name: 'outer' })
    const ResourceArn = `arn:aws:apigateway:us-east-1::/vpclinks/${VpcLinkId}`
    await v2.send(new TagResourceCommand({ ResourceArn, Tags: { b: '2' } }))
    const Tags = { a: '1', b: '2' }
    assert.deepEqual((await v2.send(new GetTagsCommand({ ResourceArn }))).Tags, Tags)
    const read = await v2.send(new GetVpcLinkCommand({ VpcLinkId }))
    assert.deepEqual(plain(read), { ...plain(updated), Tags })
    assert.deepEqual((await v2.send(new GetVpcLinksCommand({}))).Items, [plain(read)])
    const ApiId = await createApi()
    const { IntegrationId } = await v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'GET',
        IntegrationUri: 'http://inner.example',
        ConnectionType: 'VPC_LINK',
        ConnectionId: VpcLinkId,
      }),
    )
    await bad(v2.send(new DeleteVpcLinkCommand({ VpcLinkId })), /is referenced in integration/)
    await v2.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }))
    const deleted = await v2.send(new DeleteVpcLinkCommand({ VpcLinkId }))
    assert.equal(deleted.$metadata.httpStatusCode, 202)
    await missing(v2.send(new GetVpcLinkCommand({ VpcLinkId })), 'VpcLink')
    await missing(v2.send(new UpdateVpcLinkCommand({ VpcLinkId })), 'VpcLink')
  })

  it('is refused without a name or a subnet', async () => {
    const create = (more: object) =>
      clients.v2.send(new CreateVpcLinkCommand({ Name: 'a', SubnetIds: ['subnet-1'], ...more }))
    await bad(create({ Name: '' }), 'Name cannot be empty')
    await bad(create({ Name: 'x'.repeat(129) }), /at most 128/)
    await bad(create({ SubnetIds: [] }), /At least one subnet/)
    await refused(
      create({ Name: undefined }),
      'ValidationException',
      400,
      /createVpcLinkInput.name/,
    )
  })
})
