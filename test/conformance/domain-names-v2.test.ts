// Custom domain names, API mappings and routing rules, by the SDK.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  GetBasePathMappingCommand,
  GetDomainNameCommand as GetV1,
} from '@aws-sdk/client-api-gateway'
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  CreateRoutingRuleCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteApiMappingCommand,
  DeleteDomainNameCommand,
  DeleteRoutingRuleCommand,
  DeleteStageCommand,
  type DomainNameConfiguration,
  GetApiMappingCommand,
  GetApiMappingsCommand,
  GetDomainNameCommand,
  GetDomainNamesCommand,
  GetRoutingRuleCommand,
  GetTagsCommand,
  ListRoutingRulesCommand,
  PutRoutingRuleCommand,
  type RoutingRuleCondition,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApiMappingCommand,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2'
import { ACCOUNT, type Clients, FUNCTION, plain, refused, startClients } from './clients.ts'

const CERTIFICATE = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/abc`
const REGIONAL: DomainNameConfiguration = { CertificateArn: CERTIFICATE, EndpointType: 'REGIONAL' }

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const createDomainName = async (name: string): Promise<string> => {
  await clients.v2.send(
    new CreateDomainNameCommand({ DomainName: name, DomainNameConfigurations: [REGIONAL] }),
  )
  return name
}

const createApi = async (protocol: 'HTTP' | 'WEBSOCKET' = 'HTTP'): Promise<string> => {
  const { ApiId = '' } = await clients.v2.send(
    new CreateApiCommand({
      Name: 'pets',
      ProtocolType: protocol,
      ...(protocol === 'HTTP'
        ? { Target: FUNCTION }
        : { RouteSelectionExpression: '$request.body.action' }),
    }),
  )
  await clients.v2.send(new CreateStageCommand({ ApiId, StageName: 'v1' }))
  return ApiId
}

describe('a custom domain name', () => {
  it('has its addresses and defaults when it is created, and is read as it was answered', async () => {
    const { v2 } = clients
    const created = await v2.send(
      new CreateDomainNameCommand({
        DomainName: 'api.example.com',
        DomainNameConfigurations: [REGIONAL],
        Tags: { team: 'pets' },
      }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const [configuration, ...more] = created.DomainNameConfigurations ?? []
    assert.deepEqual(more, [])
    assert.match(
      `${configuration?.ApiGatewayDomainName}`,
      /^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/,
    )
    assert.deepEqual(
      { ...plain(created), DomainNameConfigurations: undefined },
      {
        ApiMappingSelectionExpression: '$request.basepath',
        DomainName: 'api.example.com',
        DomainNameArn: 'arn:aws:apigateway:us-east-1::/domainnames/api.example.com',
        DomainNameConfigurations: undefined,
        RoutingMode: 'API_MAPPING_ONLY',
        Tags: { team: 'pets' },
      },
    )
    assert.deepEqual(
      { ...configuration, ApiGatewayDomainName: undefined },
      {
        ApiGatewayDomainName: undefined,
        CertificateArn: CERTIFICATE,
        DomainNameStatus: 'AVAILABLE',
        EndpointType: 'REGIONAL',
        HostedZoneId: 'Z1UJRXOUMOOFQ8',
        IpAddressType: 'ipv4',
        SecurityPolicy: 'TLS_1_2',
      },
    )
    const read = await v2.send(new GetDomainNameCommand({ DomainName: 'api.example.com' }))
    assert.deepEqual(plain(read), plain(created))
    const { Items } = await v2.send(new GetDomainNamesCommand({}))
    assert.deepEqual(
      Items?.find((each) => each.DomainName === 'api.example.com'),
      plain(created),
    )
  })

  it('is updated member by member, keeps its address, and loses mutual TLS to the empty text', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('update.example.com')
    const created = await v2.send(new GetDomainNameCommand({ DomainName }))
    const updated = await v2.send(
      new UpdateDomainNameCommand({
        DomainName,
        DomainNameConfigurations: [{ CertificateArn: `${CERTIFICATE}2` }],
        MutualTlsAuthentication: { TruststoreUri: 's3://trust/store.pem', TruststoreVersion: '7' },
        RoutingMode: 'ROUTING_RULE_THEN_API_MAPPING',
      }),
    )
    const [configuration] = updated.DomainNameConfigurations ?? []
    assert.deepEqual(configuration, {
      ...created.DomainNameConfigurations?.[0],
      CertificateArn: `${CERTIFICATE}2`,
    })
    assert.deepEqual(updated.MutualTlsAuthentication, {
      TruststoreUri: 's3://trust/store.pem',
      TruststoreVersion: '7',
    })
    assert.equal(updated.RoutingMode, 'ROUTING_RULE_THEN_API_MAPPING')
    const off = { TruststoreUri: '' }
    const after = await v2.send(
      new UpdateDomainNameCommand({ DomainName, MutualTlsAuthentication: off }),
    )
    assert.equal(after.MutualTlsAuthentication, undefined)
    const v1 = await clients.v1.send(new GetV1({ domainName: DomainName }))
    assert.equal(v1.routingMode, 'ROUTING_RULE_THEN_BASE_PATH_MAPPING')
    assert.equal(v1.regionalCertificateArn, `${CERTIFICATE}2`)
  })

  it('is refused what it cannot be', async () => {
    const { v2 } = clients
    const create = (
      name: string | undefined,
      configurations: DomainNameConfiguration[] = [REGIONAL],
      more: object = {},
    ) =>
      v2.send(
        new CreateDomainNameCommand({
          DomainName: name,
          DomainNameConfigurations: configurations,
          ...more,
        }),
      )
    await createDomainName('taken.example.com')
    const bad = (calling: Promise<unknown>, message: RegExp | string) =>
      refused(calling, 'BadRequestException', 400, message)
    await bad(create('taken.example.com'), 'The domain name you provided already exists.')
    await bad(create('no_domain'), 'Invalid domain name specified: no_domain')
    await bad(create('a.example.com', []), /Exactly one domain name configuration/)
    await bad(create('a.example.com', [{}]), 'A certificate ARN must be specified')
    await bad(create('a.example.com', [{ CertificateArn: 'x' }]), 'Invalid certificate ARN: x')
    await bad(
      create('a.example.com', [REGIONAL], { MutualTlsAuthentication: { TruststoreUri: 'x' } }),
      'Invalid truststoreUri: x',
    )
    await refused(
      create('a.example.com', [REGIONAL], { RoutingMode: 'NO' }),
      'ValidationException',
      400,
      /routingMode/,
    )
    const DomainName = 'missing.example.com'
    const error = await refused(
      v2.send(new GetDomainNameCommand({ DomainName })),
      'NotFoundException',
      404,
      /Invalid domain name identifier specified/,
    )
    assert.equal(Reflect.get(error, 'ResourceType'), 'DomainName')
    await refused(
      v2.send(new UpdateDomainNameCommand({ DomainName })),
      'NotFoundException',
      404,
      /domain name/,
    )
  })

  it('takes its mappings and rules along when it is deleted, and is gone then', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('delete.example.com')
    const restApiId = await clients.createRestApi()
    await v2.send(new CreateApiMappingCommand({ DomainName, ApiId: restApiId, Stage: 'prod' }))
    const InvokeApi = { ApiId: restApiId, Stage: 'prod' }
    await v2.send(
      new CreateRoutingRuleCommand({
        DomainName,
        Priority: 1,
        Conditions: [],
        Actions: [{ InvokeApi }],
      }),
    )
    const { $metadata } = await v2.send(new DeleteDomainNameCommand({ DomainName }))
    assert.equal($metadata.httpStatusCode, 204)
    const again = v2.send(new DeleteDomainNameCommand({ DomainName }))
    await refused(again, 'NotFoundException', 404, /domain name/)
    await createDomainName(DomainName)
    assert.deepEqual((await v2.send(new GetApiMappingsCommand({ DomainName }))).Items, [])
    const { RoutingRules } = await v2.send(new ListRoutingRulesCommand({ DomainName }))
    assert.deepEqual(RoutingRules, [])
  })

  it('is tagged by its ARN', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('tags.example.com')
    const { DomainNameArn } = await v2.send(new GetDomainNameCommand({ DomainName }))
    const ResourceArn = DomainNameArn
    await v2.send(new TagResourceCommand({ ResourceArn, Tags: { a: '1', b: '2' } }))
    await v2.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }))
    assert.deepEqual((await v2.send(new GetTagsCommand({ ResourceArn }))).Tags, { b: '2' })
    assert.deepEqual((await v2.send(new GetDomainNameCommand({ DomainName }))).Tags, { b: '2' })
  })
})

describe('an API mapping', () => {
  it('is created, read, listed, moved and deleted', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('map.example.com')
    const ApiId = await createApi()
    const created = await v2.send(
      new CreateApiMappingCommand({ DomainName, ApiId, Stage: '$default', ApiMappingKey: 'a/b' }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { ApiMappingId } = created
    const expected = { ApiId, ApiMappingId, ApiMappingKey: 'a/b', Stage: '$default' }
    assert.deepEqual(plain(created), expected)
    const id = { DomainName, ApiMappingId }
    assert.deepEqual(plain(await v2.send(new GetApiMappingCommand(id))), expected)
    const moved = await v2.send(
      new UpdateApiMappingCommand({ ...id, ApiId, ApiMappingKey: '', Stage: 'v1' }),
    )
    assert.deepEqual(plain(moved), { ApiId, ApiMappingId, Stage: 'v1' })
    const { Items } = await v2.send(new GetApiMappingsCommand({ DomainName }))
    assert.deepEqual(Items, [plain(moved)])
    const { $metadata } = await v2.send(new DeleteApiMappingCommand(id))
    assert.equal($metadata.httpStatusCode, 204)
    const error = await refused(
      v2.send(new GetApiMappingCommand(id)),
      'NotFoundException',
      404,
      /API mapping/,
    )
    assert.equal(Reflect.get(error, 'ResourceType'), 'ApiMapping')
  })

  it('without a key is the base path mapping (none) of v1', async () => {
    const { v1, v2 } = clients
    const domainName = await createDomainName('none.example.com')
    const restApiId = await clients.createRestApi()
    await v2.send(
      new CreateApiMappingCommand({ DomainName: domainName, ApiId: restApiId, Stage: 'prod' }),
    )
    const mapping = await v1.send(new GetBasePathMappingCommand({ domainName, basePath: '(none)' }))
    assert.deepEqual(plain(mapping), { basePath: '(none)', restApiId, stage: 'prod' })
  })

  it('keeps its API and its stage from being deleted', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('keep.example.com')
    const ApiId = await createApi()
    const { ApiMappingId } = await v2.send(
      new CreateApiMappingCommand({ DomainName, ApiId, Stage: 'v1' }),
    )
    const stage = { ApiId, StageName: 'v1' }
    const message = /Please remove all base path mappings/
    const bad = 'BadRequestException'
    await refused(v2.send(new DeleteStageCommand(stage)), bad, 400, message)
    await refused(v2.send(new DeleteApiCommand({ ApiId })), bad, 400, message)
    await v2.send(new DeleteApiMappingCommand({ DomainName, ApiMappingId }))
    await v2.send(new DeleteStageCommand(stage))
    await v2.send(new DeleteApiCommand({ ApiId }))
  })

  it('is refused a key twice, a bad key, and what is not there', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('refuse.example.com')
    const ApiId = await createApi()
    const create = (more: object) =>
      v2.send(new CreateApiMappingCommand({ DomainName, ApiId, Stage: '$default', ...more }))
    await create({ ApiMappingKey: 'pets' })
    await refused(
      create({ ApiMappingKey: 'pets' }),
      'ConflictException',
      409,
      'ApiMapping key already exists for this domain name',
    )
    const bad = (more: object, message: RegExp) =>
      refused(create(more), 'BadRequestException', 400, message)
    await bad({ ApiMappingKey: '/a' }, /should not start/)
    await bad({ ApiMappingKey: 'a b' }, /may only contain/)
    await bad({ ApiMappingKey: 'a'.repeat(301) }, /at most 300/)
    await bad({ Stage: 'none' }, /Invalid stage identifier specified/)
    await bad({ ApiId: await createApi('WEBSOCKET'), Stage: 'v1' }, /cannot share a domain name/)
    await refused(create({ ApiId: 'nothing' }), 'NotFoundException', 404, /Invalid API identifier/)
    await refused(
      create({ DomainName: 'missing.example.com' }),
      'NotFoundException',
      404,
      /domain name/,
    )
  })
})

describe('a routing rule', () => {
  const CONDITIONS: RoutingRuleCondition[] = [
    { MatchHeaders: { AnyOf: [{ Header: 'Host', ValueGlob: 'eu.*' }] } },
    { MatchHeaders: { AnyOf: [{ Header: 'x-version', ValueGlob: '*beta*' }] } },
    { MatchBasePaths: { AnyOf: ['PetStore'] } },
  ]

  it('is created, read, replaced, listed by priority and deleted', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('rules.example.com')
    const ApiId = await clients.createRestApi()
    const Actions = [{ InvokeApi: { ApiId, Stage: 'prod', StripBasePath: true } }]
    const created = await v2.send(
      new CreateRoutingRuleCommand({ DomainName, Priority: 50, Conditions: CONDITIONS, Actions }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const RoutingRuleId = created.RoutingRuleId ?? ''
    assert.deepEqual(plain(created), {
      Actions,
      Conditions: CONDITIONS,
      Priority: 50,
      RoutingRuleArn: `arn:aws:apigateway:us-east-1:${ACCOUNT}:/domainnames/${DomainName}/routingrules/${RoutingRuleId}`,
      RoutingRuleId,
    })
    const id = { DomainName, RoutingRuleId }
    assert.deepEqual(plain(await v2.send(new GetRoutingRuleCommand(id))), plain(created))
    const rule = { Conditions: [], Actions: [{ InvokeApi: { ApiId, Stage: 'prod' } }] }
    const put = await v2.send(new PutRoutingRuleCommand({ ...id, Priority: 1_000_000, ...rule }))
    assert.deepEqual(plain(put), { ...plain(created), ...rule, Priority: 1_000_000 })
    await v2.send(new CreateRoutingRuleCommand({ DomainName, Priority: 9, ...rule }))
    await v2.send(new CreateRoutingRuleCommand({ DomainName, Priority: 10, ...rule }))
    const first = await v2.send(new ListRoutingRulesCommand({ DomainName, MaxResults: 2 }))
    const second = await v2.send(
      new ListRoutingRulesCommand({ DomainName, NextToken: first.NextToken }),
    )
    const rules = [...(first.RoutingRules ?? []), ...(second.RoutingRules ?? [])]
    assert.deepEqual(
      rules.map((each) => each.Priority),
      [9, 10, 1_000_000],
    )
    const { $metadata } = await v2.send(new DeleteRoutingRuleCommand(id))
    assert.equal($metadata.httpStatusCode, 204)
    const gone = v2.send(new GetRoutingRuleCommand(id))
    await refused(gone, 'NotFoundException', 404, /routing rule/)
    const put2 = new PutRoutingRuleCommand({ ...id, Priority: 7, ...rule })
    await refused(v2.send(put2), 'NotFoundException', 404, /routing rule/)
  })

  it('is refused what its conditions, its action and its priority cannot be', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('refused-rules.example.com')
    const ApiId = await clients.createRestApi()
    const create = (more: object) =>
      v2.send(
        new CreateRoutingRuleCommand({
          DomainName,
          Priority: 1,
          Conditions: [],
          Actions: [{ InvokeApi: { ApiId, Stage: 'prod' } }],
          ...more,
        }),
      )
    const bad = (more: object, message: RegExp) =>
      refused(create(more), 'BadRequestException', 400, message)
    const header = (Header: string, ValueGlob = 'x') => ({
      Conditions: [{ MatchHeaders: { AnyOf: [{ Header, ValueGlob }] } }],
    })
    const basePath = (path: string) => ({ Conditions: [{ MatchBasePaths: { AnyOf: [path] } }] })
    await bad({ Priority: 0 }, /between 1 and 1000000/)
    await bad({ Priority: 1_000_001 }, /between 1 and 1000000/)
    await bad({ Conditions: [{}] }, /either matchHeaders or matchBasePaths/)
    await bad({ Conditions: [...CONDITIONS, CONDITIONS[0]] }, /at most two matchHeaders/)
    await bad({ Conditions: [CONDITIONS[2], CONDITIONS[2]] }, /one matchBasePaths/)
    await bad(header('x'.repeat(40)), /Invalid header/)
    for (const name of ['Authorization', 'X-Amzn-Trace-Id', 'access-control-x', 'Via'])
      await bad(header(name), /cannot be used in a routing rule/)
    for (const glob of ['a*b', '*', '**', 'a b', '', 'x'.repeat(128)])
      await bad(header('a', glob), /Invalid valueGlob/)
    for (const path of ['/a', 'a/', 'a//b', 'a b', 'x'.repeat(128)])
      await bad(basePath(path), /Invalid base path/)
    await bad({ Actions: [] }, /exactly one action/)
    const invoke = (InvokeApi: object) => ({ Actions: [{ InvokeApi }] })
    await bad(invoke({ ApiId, Stage: 'none' }), /Invalid stage identifier/)
    await bad(invoke({ ApiId: await createApi(), Stage: 'v1' }), /only supported for REST APIs/)
    await create({})
    await refused(create({}), 'ConflictException', 409, /priority 1 already exists/)
  })

  it('is one of at most 50 of a domain name', async () => {
    const { v2 } = clients
    const DomainName = await createDomainName('many-rules.example.com')
    const ApiId = await clients.createRestApi()
    const create = (Priority: number) =>
      v2.send(
        new CreateRoutingRuleCommand({
          DomainName,
          Priority,
          Conditions: [],
          Actions: [{ InvokeApi: { ApiId, Stage: 'prod' } }],
        }),
      )
    for (let priority = 1; priority <= 50; priority++) await create(priority)
    await refused(create(51), 'TooManyRequestsException', 429, /at most 50 routing rules/)
  })
})
