// What the Terraform provider sends for v1's domain names, documentation, certificates and links, and expects to read
// after it wrote: the patches of its updates, and NotFoundException for what is gone. [terraform.md]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as v1 from '@aws-sdk/client-api-gateway'
import { ACCOUNT, type Clients, plain, startClients } from './clients.ts'
import { notFoundV1 } from './refused-v1.ts'
import { createApi, replace } from './terraform-v1.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const CERTIFICATE = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/one`

const createDomain = async (domainName: string) =>
  clients.v1.send(
    new v1.CreateDomainNameCommand({
      domainName,
      regionalCertificateArn: CERTIFICATE,
      endpointConfiguration: { types: ['REGIONAL'] },
    }),
  )

describe('Terraform reads what it wrote', () => {
  it('aws_api_gateway_domain_name', async () => {
    const domainName = 'api.example.com'
    const made = await createDomain(domainName)
    assert.match(
      made.regionalDomainName ?? '',
      /^d-\w{10}\.execute-api\.us-east-1\.amazonaws\.com$/,
    )
    assert.match(made.regionalHostedZoneId ?? '', /^Z[0-9A-Z]+$/)
    const certificate = `${CERTIFICATE}-more`
    await clients.v1.send(
      new v1.UpdateDomainNameCommand({
        domainName,
        patchOperations: [
          replace('/regionalCertificateArn', certificate),
          replace('/securityPolicy', 'TLS_1_2'),
        ],
      }),
    )
    const read = await clients.v1.send(new v1.GetDomainNameCommand({ domainName }))
    assert.deepEqual([read.regionalCertificateArn, read.securityPolicy], [certificate, 'TLS_1_2'])
    assert.deepEqual(read.endpointConfiguration?.types, ['REGIONAL'])
    assert.equal(read.regionalDomainName, made.regionalDomainName)
    await clients.v1.send(new v1.DeleteDomainNameCommand({ domainName }))
    await notFoundV1(
      clients.v1.send(new v1.GetDomainNameCommand({ domainName })),
      'Invalid domain name identifier specified',
    )
  })

  it('aws_api_gateway_base_path_mapping', async () => {
    const domainName = 'mapped.example.com'
    await createDomain(domainName)
    const restApiId = await clients.createRestApi()
    const made = await clients.v1.send(
      new v1.CreateBasePathMappingCommand({ domainName, restApiId, stage: 'prod' }),
    )
    // The empty path is `(none)`, in the URL and in the answer.
    assert.equal(made.basePath, '(none)')
    const other = await clients.createRestApi()
    await clients.v1.send(
      new v1.UpdateBasePathMappingCommand({
        domainName,
        basePath: '(none)',
        patchOperations: [
          replace('/basePath', 'pets'),
          replace('/restapiId', other),
          replace('/stage', 'prod'),
        ],
      }),
    )
    const one = { domainName, basePath: 'pets' }
    assert.deepEqual(plain(await clients.v1.send(new v1.GetBasePathMappingCommand(one))), {
      basePath: 'pets',
      restApiId: other,
      stage: 'prod',
    })
    await clients.v1.send(new v1.DeleteBasePathMappingCommand(one))
    for (const basePath of ['pets', '(none)']) {
      await notFoundV1(
        clients.v1.send(new v1.GetBasePathMappingCommand({ domainName, basePath })),
        'Invalid base path mapping identifier specified',
      )
    }
  })

  it('aws_api_gateway_client_certificate', async () => {
    const made = await clients.v1.send(
      new v1.GenerateClientCertificateCommand({ description: 'a', tags: { a: 'b' } }),
    )
    const { clientCertificateId } = made
    await clients.v1.send(
      new v1.UpdateClientCertificateCommand({
        clientCertificateId,
        patchOperations: [replace('/description', 'b')],
      }),
    )
    const read = await clients.v1.send(new v1.GetClientCertificateCommand({ clientCertificateId }))
    assert.deepEqual(plain(read), { ...plain(made), description: 'b' })
    assert.match(read.pemEncodedCertificate ?? '', /^-----BEGIN CERTIFICATE-----/)
    assert.ok((read.expirationDate?.getTime() ?? 0) > (read.createdDate?.getTime() ?? 0))
    await clients.v1.send(new v1.DeleteClientCertificateCommand({ clientCertificateId }))
    await notFoundV1(
      clients.v1.send(new v1.DeleteClientCertificateCommand({ clientCertificateId })),
      'Invalid Client Certificate identifier specified',
    )
  })

  it('aws_api_gateway_documentation_part', async () => {
    const { restApiId } = await createApi(clients)
    const location = { type: 'METHOD', method: 'GET', path: '/test' } as const
    const { id: documentationPartId } = await clients.v1.send(
      new v1.CreateDocumentationPartCommand({ restApiId, location, properties: '{"a":1}' }),
    )
    const one = { restApiId, documentationPartId }
    await clients.v1.send(
      new v1.UpdateDocumentationPartCommand({
        ...one,
        patchOperations: [replace('/properties', '{"a":2}')],
      }),
    )
    assert.deepEqual(plain(await clients.v1.send(new v1.GetDocumentationPartCommand(one))), {
      id: documentationPartId,
      location,
      properties: '{"a":2}',
    })
    await clients.v1.send(new v1.DeleteDocumentationPartCommand(one))
    await notFoundV1(
      clients.v1.send(new v1.GetDocumentationPartCommand(one)),
      'Invalid Documentation part identifier specified',
    )
  })

  it('aws_api_gateway_documentation_version', async () => {
    const { restApiId } = await createApi(clients)
    await clients.v1.send(
      new v1.CreateDocumentationPartCommand({
        restApiId,
        location: { type: 'API' },
        properties: '{}',
      }),
    )
    const one = { restApiId, documentationVersion: '1.0' }
    await clients.v1.send(new v1.CreateDocumentationVersionCommand({ ...one, description: 'a' }))
    await clients.v1.send(
      new v1.UpdateDocumentationVersionCommand({
        ...one,
        patchOperations: [replace('/description', 'b')],
      }),
    )
    const read = await clients.v1.send(new v1.GetDocumentationVersionCommand(one))
    assert.deepEqual([read.version, read.description], ['1.0', 'b'])
    assert.ok(read.createdDate instanceof Date)
    await clients.v1.send(new v1.DeleteDocumentationVersionCommand(one))
    await notFoundV1(
      clients.v1.send(new v1.GetDocumentationVersionCommand(one)),
      'Invalid Documentation version specified',
    )
  })

  it('aws_api_gateway_vpc_link', async () => {
    const target = `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:loadbalancer/net/a/0123456789abcdef`
    const { id: vpcLinkId } = await clients.v1.send(
      new v1.CreateVpcLinkCommand({ name: 'a', targetArns: [target], tags: { a: 'b' } }),
    )
    await clients.v1.send(
      new v1.UpdateVpcLinkCommand({
        vpcLinkId,
        patchOperations: [replace('/name', 'b'), replace('/description', 'c')],
      }),
    )
    const read = await clients.v1.send(new v1.GetVpcLinkCommand({ vpcLinkId }))
    assert.deepEqual(
      [read.name, read.description, read.targetArns, read.status, read.tags],
      ['b', 'c', [target], 'AVAILABLE', { a: 'b' }],
    )
    await clients.v1.send(new v1.DeleteVpcLinkCommand({ vpcLinkId }))
    await notFoundV1(
      clients.v1.send(new v1.GetVpcLinkCommand({ vpcLinkId })),
      'Invalid Vpc Link identifier specified',
    )
  })
})
