// Custom domain names of v1, their base path mappings and access associations, by the SDK and as Terraform reads them
// after it wrote. [terraform.md, aws_api_gateway_domain_name and aws_api_gateway_base_path_mapping]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateBasePathMappingCommand,
  CreateDomainNameAccessAssociationCommand,
  CreateDomainNameCommand,
  DeleteBasePathMappingCommand,
  DeleteDomainNameAccessAssociationCommand,
  DeleteDomainNameCommand,
  GetBasePathMappingCommand,
  GetBasePathMappingsCommand,
  GetDomainNameAccessAssociationsCommand,
  GetDomainNameCommand,
  GetDomainNamesCommand,
  GetTagsCommand,
  RejectDomainNameAccessAssociationCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateBasePathMappingCommand,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-api-gateway'
import { GetApiMappingsCommand } from '@aws-sdk/client-apigatewayv2'
import { ACCOUNT, type Clients, NOW, plain, startClients } from './clients.ts'
import { badRequestV1, notFoundV1, refusedV1 } from './refused-v1.ts'

const CERTIFICATE = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/abc`
const UNKNOWN = 'Invalid domain name identifier specified'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const create = (domainName: string) =>
  clients.v1.send(new CreateDomainNameCommand({ domainName, certificateArn: CERTIFICATE }))

describe('a domain name', () => {
  it('201, 200: is read back as it was created, tagged and changed', async () => {
    const domainName = 'one.example.com'
    const created = await create(domainName)
    assert.equal(created.$metadata.httpStatusCode, 201)
    assert.deepEqual(created.certificateUploadDate, NOW)
    const read = await clients.v1.send(new GetDomainNameCommand({ domainName }))
    assert.deepEqual(plain(read), plain(created))
    const resourceArn = `arn:aws:apigateway:us-east-1::/domainnames/${domainName}`
    await clients.v1.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }))
    await clients.v1.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
    const { tags } = await clients.v1.send(new GetTagsCommand({ resourceArn }))
    assert.deepEqual(tags, { b: '2' })
    const updated = await clients.v1.send(
      new UpdateDomainNameCommand({
        domainName,
        patchOperations: [
          { op: 'replace', path: '/endpointConfiguration/types/0', value: 'REGIONAL' },
          { op: 'replace', path: '/regionalCertificateArn', value: CERTIFICATE },
          { op: 'replace', path: '/securityPolicy', value: 'TLS_1_0' },
        ],
      }),
    )
    assert.deepEqual(updated.endpointConfiguration?.types, ['REGIONAL'])
    assert.equal(updated.securityPolicy, 'TLS_1_0')
    assert.match(updated.regionalDomainName ?? '', /^d-.*\.execute-api\.us-east-1\.amazonaws\.com$/)
    const { items } = await clients.v1.send(new GetDomainNamesCommand({ limit: 500 }))
    assert.deepEqual(
      items?.find((item) => item.domainName === domainName),
      plain(updated),
    )
  })

  it('400: one that exists, and one that is none', async () => {
    await create('two.example.com')
    await badRequestV1(create('two.example.com'), 'The domain name you provided already exists.')
    await badRequestV1(create('no name'), 'Invalid domain name specified: no name')
  })

  it('404: one that is not there, or no longer', async () => {
    const domainName = 'three.example.com'
    await notFoundV1(clients.v1.send(new GetDomainNameCommand({ domainName })), UNKNOWN)
    await create(domainName)
    const deleted = await clients.v1.send(new DeleteDomainNameCommand({ domainName }))
    assert.equal(deleted.$metadata.httpStatusCode, 202)
    await notFoundV1(clients.v1.send(new DeleteDomainNameCommand({ domainName })), UNKNOWN)
    const update = new UpdateDomainNameCommand({ domainName, patchOperations: [] })
    await notFoundV1(clients.v1.send(update), UNKNOWN)
  })
})

describe('a base path mapping', () => {
  it('201, 200, 202: of the root is (none) in v1 and without a key in v2', async () => {
    const domainName = 'maps.example.com'
    const restApiId = await clients.createRestApi()
    await create(domainName)
    const created = await clients.v1.send(
      new CreateBasePathMappingCommand({ domainName, restApiId, stage: 'prod' }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const answer = { basePath: '(none)', restApiId, stage: 'prod' }
    assert.deepEqual(plain(created), answer)
    const one = { domainName, basePath: '(none)' }
    const read = await clients.v1.send(new GetBasePathMappingCommand(one))
    assert.deepEqual(plain(read), answer)
    const mapping = (await clients.v2.send(new GetApiMappingsCommand({ DomainName: domainName })))
      .Items?.[0]
    assert.deepEqual([mapping?.ApiId, mapping?.Stage], [restApiId, 'prod'])
    assert.ok(!mapping?.ApiMappingKey)
    const moved = await clients.v1.send(
      new UpdateBasePathMappingCommand({
        ...one,
        patchOperations: [{ op: 'replace', path: '/basePath', value: 'v1' }],
      }),
    )
    assert.deepEqual(plain(moved), { ...answer, basePath: 'v1' })
    const { items } = await clients.v1.send(new GetBasePathMappingsCommand({ domainName }))
    assert.deepEqual(items, [plain(moved)])
    const remove = new DeleteBasePathMappingCommand({ domainName, basePath: 'v1' })
    assert.equal((await clients.v1.send(remove)).$metadata.httpStatusCode, 202)
    await notFoundV1(clients.v1.send(remove), 'Invalid base path mapping identifier specified')
  })

  it('400, 409: of nothing, or of what is mapped already', async () => {
    const domainName = 'errors.example.com'
    const restApiId = await clients.createRestApi()
    await create(domainName)
    const map = (more: { restApiId?: string; stage?: string; basePath?: string }) =>
      clients.v1.send(
        new CreateBasePathMappingCommand({ domainName, restApiId, basePath: 'a', ...more }),
      )
    await badRequestV1(map({ restApiId: 'nothing' }), 'Invalid REST API identifier specified')
    await badRequestV1(map({ stage: 'nothing' }), 'Invalid stage identifier specified')
    await map({})
    await refusedV1(
      map({}),
      'ConflictException',
      409,
      'Base path already exists for this domain name',
    )
  })
})

describe('an access association', () => {
  it('201, 202, 404: of a VPC endpoint and a private domain name', async () => {
    const { domainNameArn = '' } = await clients.v1.send(
      new CreateDomainNameCommand({
        domainName: 'private.example.com',
        endpointConfiguration: { types: ['PRIVATE'] },
        policy: '{"Version":"2012-10-17","Statement":[]}',
      }),
    )
    const associate = () =>
      clients.v1.send(
        new CreateDomainNameAccessAssociationCommand({
          domainNameArn,
          accessAssociationSourceType: 'VPCE',
          accessAssociationSource: 'vpce-0123456789abcdef0',
        }),
      )
    const created = await associate()
    assert.equal(created.$metadata.httpStatusCode, 201)
    const list = new GetDomainNameAccessAssociationsCommand({ resourceOwner: 'SELF' })
    assert.deepEqual((await clients.v1.send(list)).items, [plain(created)])
    const { domainNameAccessAssociationArn } = created
    const remove = new DeleteDomainNameAccessAssociationCommand({ domainNameAccessAssociationArn })
    assert.equal((await clients.v1.send(remove)).$metadata.httpStatusCode, 202)
    await notFoundV1(
      clients.v1.send(remove),
      'Invalid domain name access association identifier specified',
    )
    await associate()
    await clients.v1.send(
      new RejectDomainNameAccessAssociationCommand({
        domainNameAccessAssociationArn,
        domainNameArn,
      }),
    )
    assert.deepEqual((await clients.v1.send(list)).items, [])
  })
})
