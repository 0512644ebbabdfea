import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, notFound, NOW_MS, operations } from './setting.ts'

const CERTIFICATE = 'arn:aws:acm:us-east-1:111111111111:certificate/a'
const NAME = 'api.example.com'
type Patch = {
  readonly op: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly value?: string
}

const createDomains = () => {
  const setting = createSetting()
  const { run } = setting
  const create = (more: object = {}) =>
    run(operations.CreateDomainName, { domainName: NAME, certificateArn: CERTIFICATE, ...more })
  const update = (...patchOperations: readonly Patch[]) =>
    run(operations.UpdateDomainName, { domainName: NAME, patchOperations })
  return { ...setting, create, update }
}

const REGIONAL = {
  certificateArn: undefined,
  regionalCertificateArn: CERTIFICATE,
  endpointConfiguration: { types: ['REGIONAL'] },
}

describe('a domain name', () => {
  it('of type EDGE has the address of a distribution', async () => {
    const { create, run } = createDomains()
    const created = await create({ tags: { a: '1' } })
    assert.match(created.distributionDomainName ?? '', /^d[a-z0-9]{13}\.cloudfront\.net$/)
    assert.deepEqual(created, {
      domainName: NAME,
      domainNameArn: `arn:aws:apigateway:us-east-1::/domainnames/${NAME}`,
      domainNameStatus: 'AVAILABLE',
      certificateArn: CERTIFICATE,
      certificateUploadDate: NOW_MS,
      distributionDomainName: created.distributionDomainName,
      distributionHostedZoneId: 'Z2FDTNDATAQYW2',
      endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
      securityPolicy: 'TLS_1_2',
      routingMode: 'BASE_PATH_MAPPING_ONLY',
      tags: { a: '1' },
    })
    assert.deepEqual(await run(operations.GetDomainName, { domainName: NAME }), created)
    assert.deepEqual((await run(operations.GetDomainNames, {})).items, [created])
  })

  it('of type REGIONAL has a name and a hosted zone of its region', async () => {
    const { create } = createDomains()
    const created = await create(REGIONAL)
    assert.match(
      created.regionalDomainName ?? '',
      /^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/,
    )
    assert.match(created.regionalHostedZoneId ?? '', /^Z[A-Z0-9]+$/)
    assert.equal(created.distributionDomainName, undefined)
  })

  it('moves from EDGE to REGIONAL by having both for a while', async () => {
    const { create, update } = createDomains()
    const edge = await create()
    const types = '/endpointConfiguration/types'
    const both = await update(
      { op: 'add', path: types, value: 'REGIONAL' },
      { op: 'add', path: '/regionalCertificateArn', value: CERTIFICATE },
    )
    assert.deepEqual(both.endpointConfiguration.types, ['EDGE', 'REGIONAL'])
    assert.equal(both.distributionDomainName, edge.distributionDomainName)
    assert.ok(both.regionalDomainName)
    const regional = await update({ op: 'remove', path: types, value: 'EDGE' })
    assert.deepEqual(regional.endpointConfiguration.types, ['REGIONAL'])
    assert.equal(regional.distributionDomainName, undefined)
    assert.equal(regional.regionalDomainName, both.regionalDomainName)
    await badRequest(
      update(
        { op: 'add', path: types, value: 'EDGE' },
        { op: 'remove', path: types, value: 'EDGE' },
      ),
      'Cannot add and remove /endpointConfiguration/types in one request',
    )
    await badRequest(
      update({ op: 'remove', path: types, value: 'REGIONAL' }),
      'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
    )
  })

  it('takes every path of its patch table, as Terraform sends them', async () => {
    const { create, update } = createDomains()
    await create(REGIONAL)
    const other = CERTIFICATE.replace(/a$/, 'b')
    const patched = await update(
      { op: 'replace', path: '/regionalCertificateArn', value: other },
      { op: 'replace', path: '/endpointConfiguration/types/0', value: 'EDGE' },
      { op: 'replace', path: '/certificateArn', value: other },
      { op: 'replace', path: '/endpointConfiguration/ipAddressType', value: 'dualstack' },
      { op: 'replace', path: '/endpointAccessMode', value: 'STRICT' },
      { op: 'add', path: '/mutualTlsAuthentication/truststoreUri', value: 's3://bucket/key.pem' },
      { op: 'replace', path: '/mutualTlsAuthentication/truststoreVersion', value: '3' },
      { op: 'replace', path: '/routingMode', value: 'ROUTING_RULE_ONLY' },
      { op: 'replace', path: '/securityPolicy', value: 'TLS_1_0' },
      { op: 'add', path: '/ownershipVerificationCertificateArn', value: CERTIFICATE },
      { op: 'remove', path: '/regionalCertificateArn' },
    )
    assert.deepEqual(
      { ...patched, distributionDomainName: undefined, tags: undefined },
      {
        domainName: NAME,
        domainNameArn: `arn:aws:apigateway:us-east-1::/domainnames/${NAME}`,
        domainNameStatus: 'AVAILABLE',
        certificateArn: other,
        certificateUploadDate: NOW_MS,
        distributionDomainName: undefined,
        distributionHostedZoneId: 'Z2FDTNDATAQYW2',
        endpointConfiguration: { types: ['EDGE'], ipAddressType: 'dualstack' },
        endpointAccessMode: 'STRICT',
        mutualTlsAuthentication: { truststoreUri: 's3://bucket/key.pem', truststoreVersion: '3' },
        ownershipVerificationCertificateArn: CERTIFICATE,
        securityPolicy: 'TLS_1_0',
        routingMode: 'ROUTING_RULE_ONLY',
        tags: undefined,
      },
    )
    const path = '/mutualTlsAuthentication/truststoreUri'
    const without = await update({ op: 'replace', path, value: '' })
    assert.equal(without.mutualTlsAuthentication, undefined)
    await badRequest(
      update({ op: 'add', path: '/routingMode', value: 'ROUTING_RULE_ONLY' }),
      "Invalid patch path  '/routingMode' specified for op 'add'. Must be one of: [/certificateName, /certificateArn, /regionalCertificateName, /regionalCertificateArn, /endpointConfiguration/types, /mutualTlsAuthentication/truststoreUri, /mutualTlsAuthentication/truststoreVersion, /ownershipVerificationCertificateArn]",
    )
  })

  it('exists once in a gateway, and again after it was deleted', async () => {
    const { create, run } = createDomains()
    await create()
    await badRequest(create(), 'The domain name you provided already exists.')
    await run(operations.DeleteDomainName, { domainName: NAME })
    await notFound(
      run(operations.DeleteDomainName, { domainName: NAME }),
      'Invalid domain name identifier specified',
    )
    await create()
  })

  it('is refused where it is no name, or says what it cannot', async () => {
    const { create } = createDomains()
    for (const domainName of [
      '',
      'a',
      'A.example.com',
      'a b.c',
      '-a.b',
      '*',
      'a.*.b',
      '__proto__',
    ]) {
      await badRequest(create({ domainName }), `Invalid domain name specified: ${domainName}`)
    }
    await badRequest(create({ certificateArn: 'x' }), 'Invalid certificate ARN: x')
    await badRequest(
      create({ certificateBody: 'x', certificatePrivateKey: 'y' }),
      'Certificates cannot be uploaded with certificateBody here: name one with certificateArn or regionalCertificateArn',
    )
    await badRequest(
      create({ policy: '{"Version":"2012-10-17"}' }),
      'Policies are only supported for private domain names',
    )
  })

  it('that is private has an id, its own policies, and VPC endpoints that may call it', async () => {
    const { create, run } = createDomains()
    const types = ['PRIVATE']
    const policy = '{"Version":"2012-10-17"}'
    const one = await create({ endpointConfiguration: { types }, policy })
    const two = await create({ endpointConfiguration: { types } })
    assert.notEqual(one.domainNameId, two.domainNameId)
    assert.equal(
      one.domainNameArn,
      `arn:aws:apigateway:us-east-1:111111111111:/domainnames/${NAME}+${one.domainNameId}`,
    )
    const named = { domainName: NAME, domainNameId: one.domainNameId }
    assert.deepEqual(await run(operations.GetDomainName, named), one)
    await notFound(
      run(operations.GetDomainName, { domainName: NAME }),
      'Invalid domain name identifier specified',
    )
    const association = await run(operations.CreateDomainNameAccessAssociation, {
      domainNameArn: one.domainNameArn,
      accessAssociationSourceType: 'VPCE',
      accessAssociationSource: 'vpce-0123456789abcdef0',
    })
    const { domainNameAccessAssociationArn: arn } = association
    assert.match(arn, /:\/domainnameaccessassociations\/domainname\/.*\/vpcesource\/vpce-/)
    const { items } = await run(operations.GetDomainNameAccessAssociations, {})
    assert.deepEqual(items, [association])
    await badRequest(
      run(operations.RejectDomainNameAccessAssociation, {
        domainNameAccessAssociationArn: arn,
        domainNameArn: two.domainNameArn,
      }),
      'The access association is of another domain name',
    )
    await run(operations.DeleteDomainName, named)
    assert.deepEqual((await run(operations.GetDomainNameAccessAssociations, {})).items, [])
  })
})
