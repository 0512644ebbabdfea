// VPC links of v1 and client certificates, by the SDK. [terraform.md, aws_api_gateway_vpc_link and _client_certificate]
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import {
  CreateVpcLinkCommand,
  DeleteClientCertificateCommand,
  DeleteVpcLinkCommand,
  GenerateClientCertificateCommand,
  GetClientCertificateCommand,
  GetClientCertificatesCommand,
  GetVpcLinkCommand,
  GetVpcLinksCommand,
  TagResourceCommand,
  UpdateClientCertificateCommand,
  UpdateVpcLinkCommand,
} from '@aws-sdk/client-api-gateway'
import { ACCOUNT, type Clients, NOW, plain, startClients } from './clients.ts'
import { badRequestV1, notFoundV1 } from './refused-v1.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

describe('a VPC link', () => {
  const targetArns = [
    `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:loadbalancer/net/pets/0123456789abcdef`,
  ]

  it('202, 200, 404: PENDING, then AVAILABLE, then gone', async () => {
    const created = await clients.v1.send(new CreateVpcLinkCommand({ name: 'pets', targetArns }))
    assert.equal(created.$metadata.httpStatusCode, 202)
    assert.equal(created.status, 'PENDING')
    const one = { vpcLinkId: created.id }
    const read = await clients.v1.send(new GetVpcLinkCommand(one))
    assert.equal(read.status, 'AVAILABLE')
    const resourceArn = `arn:aws:apigateway:us-east-1::/vpclinks/${created.id}`
    await clients.v1.send(new TagResourceCommand({ resourceArn, tags: { key1: 'value1' } }))
    const updated = await clients.v1.send(
      new UpdateVpcLinkCommand({
        ...one,
        patchOperations: [
          { op: 'replace', path: '/name', value: 'cats' },
          { op: 'replace', path: '/description', value: 'all of them' },
        ],
      }),
    )
    assert.deepEqual(
      [updated.name, updated.description, updated.tags],
      ['cats', 'all of them', { key1: 'value1' }],
    )
    const { items } = await clients.v1.send(new GetVpcLinksCommand({}))
    assert.deepEqual(items, [plain(updated)])
    const remove = new DeleteVpcLinkCommand(one)
    assert.equal((await clients.v1.send(remove)).$metadata.httpStatusCode, 202)
    for (const calling of [clients.v1.send(new GetVpcLinkCommand(one)), clients.v1.send(remove)]) {
      await notFoundV1(calling, 'Invalid Vpc Link identifier specified')
    }
  })

  it('400: without a name, or to what is no ARN [F074]', async () => {
    const create = (name: string, arns: string[]) =>
      clients.v1.send(new CreateVpcLinkCommand({ name, targetArns: arns }))
    await badRequestV1(create('', targetArns), 'Name cannot be empty')
    await badRequestV1(
      create('pets', ['invalid-arn']),
      'Invalid ARN. ARN is not well formed invalid-arn',
    )
  })
})

describe('a client certificate', () => {
  it('201, 200, 202, 404: from its creation to its deletion', async () => {
    const made = await clients.v1.send(
      new GenerateClientCertificateCommand({ description: 'Hello', tags: { key1: 'value1' } }),
    )
    assert.equal(made.$metadata.httpStatusCode, 201)
    assert.deepEqual(made.createdDate, NOW)
    assert.match(new X509Certificate(made.pemEncodedCertificate ?? '').subject, /CN=ApiGateway/)
    const one = { clientCertificateId: made.clientCertificateId }
    const updated = await clients.v1.send(
      new UpdateClientCertificateCommand({
        ...one,
        patchOperations: [{ op: 'replace', path: '/description', value: 'Goodbye' }],
      }),
    )
    assert.deepEqual(plain(updated), { ...plain(made), description: 'Goodbye' })
    const read = await clients.v1.send(new GetClientCertificateCommand(one))
    assert.deepEqual(plain(read), plain(updated))
    const { items } = await clients.v1.send(new GetClientCertificatesCommand({}))
    assert.deepEqual(items, [plain(updated)])
    const remove = new DeleteClientCertificateCommand(one)
    assert.equal((await clients.v1.send(remove)).$metadata.httpStatusCode, 202)
    await notFoundV1(clients.v1.send(remove), 'Invalid Client Certificate identifier specified')
  })
})
