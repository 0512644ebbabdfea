// Portals, their products and pages, by the SDK: stored and read back.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreatePortalCommand,
  type CreatePortalCommandInput,
  CreatePortalProductCommand,
  CreateProductPageCommand,
  CreateProductRestEndpointPageCommand,
  DeletePortalCommand,
  DeletePortalProductCommand,
  DeletePortalProductSharingPolicyCommand,
  DeleteProductPageCommand,
  DeleteProductRestEndpointPageCommand,
  DisablePortalCommand,
  GetPortalCommand,
  GetPortalProductCommand,
  GetPortalProductSharingPolicyCommand,
  GetProductPageCommand,
  GetProductRestEndpointPageCommand,
  GetTagsCommand,
  ListPortalProductsCommand,
  ListPortalsCommand,
  ListProductPagesCommand,
  ListProductRestEndpointPagesCommand,
  PreviewPortalCommand,
  PublishPortalCommand,
  PutPortalProductSharingPolicyCommand,
  TagResourceCommand,
  UpdatePortalCommand,
  UpdatePortalProductCommand,
  UpdateProductPageCommand,
  UpdateProductRestEndpointPageCommand,
} from '@aws-sdk/client-apigatewayv2'
import { ACCOUNT, type Clients, NOW, plain, refused, startClients } from './clients.ts'

const ARN = `arn:aws:apigateway:us-east-1:${ACCOUNT}:`
const PORTAL = {
  Authorization: { None: {} },
  EndpointConfiguration: { None: {} },
  PortalContent: {
    DisplayName: 'Pets',
    Theme: {
      CustomColors: {
        AccentColor: '#000001',
        BackgroundColor: '#000002',
        ErrorValidationColor: '#000003',
        HeaderColor: '#000004',
        NavigationColor: '#000005',
        TextColor: '#000006',
      },
    },
  },
} satisfies CreatePortalCommandInput

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const createProduct = async (): Promise<string> => {
  const command = new CreatePortalProductCommand({ DisplayName: 'Pets' })
  return (await clients.v2.send(command)).PortalProductId ?? ''
}

const bad = (calling: Promise<unknown>, message: RegExp | string) =>
  refused(calling, 'BadRequestException', 400, message)

const missing = async (calling: Promise<unknown>, resourceType: string) => {
  const error = await refused(calling, 'NotFoundException', 404, /./)
  assert.equal(Reflect.get(error, 'ResourceType'), resourceType)
}

describe('a portal', () => {
  it('is created disabled, and read as it was answered', async () => {
    const { v2 } = clients
    const product = await createProduct()
    const IncludedPortalProductArns = [`${ARN}/portalproducts/${product}`]
    const created = await v2.send(
      new CreatePortalCommand({ ...PORTAL, IncludedPortalProductArns, Tags: { team: 'pets' } }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { PortalId } = created
    assert.deepEqual(plain(created), {
      ...PORTAL,
      EndpointConfiguration: {
        PortalDefaultDomainName: `p-${PortalId}.apigw-portal.us-east-1.on.aws`,
        PortalDomainHostedZoneId: 'Z2FDTNDATAQYW2',
      },
      IncludedPortalProductArns,
      LastModified: NOW,
      PortalArn: `${ARN}/portals/${PortalId}`,
      PortalId,
      PublishStatus: 'DISABLED',
      Tags: { team: 'pets' },
    })
    assert.deepEqual(plain(await v2.send(new GetPortalCommand({ PortalId }))), plain(created))
    const { Items } = await v2.send(new ListPortalsCommand({}))
    assert.deepEqual(
      Items?.find((each) => each.PortalId === PortalId),
      plain(created),
    )
  })

  it('is updated member by member', async () => {
    const { v2 } = clients
    const { PortalId, EndpointConfiguration } = await v2.send(
      new CreatePortalCommand({ ...PORTAL, RumAppMonitorName: 'rum' }),
    )
    const CognitoConfig = {
      AppClientId: 'client',
      UserPoolArn: `arn:aws:cognito-idp:us-east-1:${ACCOUNT}:userpool/us-east-1_abc`,
      UserPoolDomain: 'https://pets.auth.us-east-1.amazoncognito.com',
    }
    const AcmManaged = {
      CertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/abc`,
      DomainName: 'portal.example.com',
    }
    const updated = await v2.send(
      new UpdatePortalCommand({
        PortalId,
        Authorization: { CognitoConfig },
        EndpointConfiguration: { AcmManaged },
        LogoUri: 's3://logos/pets.png',
        RumAppMonitorName: '',
      }),
    )
    assert.deepEqual(updated.Authorization, { CognitoConfig })
    assert.deepEqual(updated.EndpointConfiguration, { ...EndpointConfiguration, ...AcmManaged })
    assert.deepEqual(updated.PortalContent, {
      ...PORTAL.PortalContent,
      Theme: { ...PORTAL.PortalContent.Theme, LogoLastUploaded: NOW },
    })
    assert.equal(updated.RumAppMonitorName, undefined)
    assert.deepEqual(plain(await v2.send(new GetPortalCommand({ PortalId }))), plain(updated))
  })

  it('says of itself, published or previewed, that its pages are not served', async () => {
    const { v2 } = clients
    const { PortalId } = await v2.send(new CreatePortalCommand(PORTAL))
    const published = await v2.send(new PublishPortalCommand({ PortalId, Description: 'first' }))
    assert.equal(published.$metadata.httpStatusCode, 202)
    const previewed = await v2.send(new PreviewPortalCommand({ PortalId }))
    assert.equal(previewed.$metadata.httpStatusCode, 202)
    const portal = await v2.send(new GetPortalCommand({ PortalId }))
    assert.equal(portal.PublishStatus, 'PUBLISHED')
    assert.deepEqual(portal.LastPublished, NOW)
    assert.equal(portal.LastPublishedDescription, 'first')
    assert.equal(portal.StatusException?.Exception, 'NotServed')
    assert.equal(portal.Preview?.PreviewStatus, 'PREVIEW_FAILED')
    assert.equal(portal.Preview?.PreviewUrl, undefined)
    await refused(
      v2.send(new DeletePortalCommand({ PortalId })),
      'ConflictException',
      409,
      /disable it before/,
    )
    const disabled = await v2.send(new DisablePortalCommand({ PortalId }))
    assert.equal(disabled.$metadata.httpStatusCode, 204)
    const after = await v2.send(new GetPortalCommand({ PortalId }))
    assert.equal(after.PublishStatus, 'DISABLED')
    assert.equal(after.StatusException, undefined)
    const deleted = await v2.send(new DeletePortalCommand({ PortalId }))
    assert.equal(deleted.$metadata.httpStatusCode, 204)
    await missing(v2.send(new GetPortalCommand({ PortalId })), 'Portal')
    await missing(v2.send(new PublishPortalCommand({ PortalId })), 'Portal')
  })

  it('is refused what it cannot be, and tagged by its ARN', async () => {
    const { v2 } = clients
    const create = (more: object) => v2.send(new CreatePortalCommand({ ...PORTAL, ...more }))
    await bad(create({ Authorization: {} }), /either CognitoConfig or None/)
    await bad(create({ EndpointConfiguration: {} }), /either AcmManaged or None/)
    await bad(create({ IncludedPortalProductArns: ['x'] }), 'Invalid portal product ARN: x')
    const IncludedPortalProductArns = [`${ARN}/portalproducts/nothing`]
    await bad(create({ IncludedPortalProductArns }), /There is no portal product/)
    await bad(
      create({ PortalContent: { ...PORTAL.PortalContent, DisplayName: '' } }),
      /DisplayName/,
    )
    await refused(create({ Authorization: undefined }), 'ValidationException', 400, /authorization/)
    const { PortalArn: ResourceArn, PortalId } = await create({})
    await v2.send(new TagResourceCommand({ ResourceArn, Tags: { a: '1' } }))
    assert.deepEqual((await v2.send(new GetTagsCommand({ ResourceArn }))).Tags, { a: '1' })
    assert.deepEqual((await v2.send(new GetPortalCommand({ PortalId }))).Tags, { a: '1' })
  })
})

describe('a portal product', () => {
  it('is created, read, listed, ordered and deleted with its pages', async () => {
    const { v2 } = clients
    const created = await v2.send(
      new CreatePortalProductCommand({ DisplayName: 'Pets', Description: 'All of them' }),
    )
    const { PortalProductId, PortalProductArn } = created
    assert.deepEqual(plain(created), {
      Description: 'All of them',
      DisplayName: 'Pets',
      LastModified: NOW,
      PortalProductArn: `${ARN}/portalproducts/${PortalProductId}`,
      PortalProductId,
    })
    const { ProductPageArn, ProductPageId } = await v2.send(
      new CreateProductPageCommand({ PortalProductId, DisplayContent: { Body: 'b', Title: 't' } }),
    )
    const DisplayOrder = { OverviewPageArn: ProductPageArn, ProductPageArns: [`${ProductPageArn}`] }
    const updated = await v2.send(
      new UpdatePortalProductCommand({ PortalProductId, Description: '', DisplayOrder }),
    )
    const { Description: _, ...rest } = plain(created)
    assert.deepEqual(plain(updated), { ...rest, DisplayOrder })
    const read = await v2.send(new GetPortalProductCommand({ PortalProductId }))
    assert.deepEqual(plain(read), plain(updated))
    const { Items } = await v2.send(new ListPortalProductsCommand({ ResourceOwner: 'SELF' }))
    assert.ok(Items?.some((each) => each.PortalProductArn === PortalProductArn))
    const others = await v2.send(new ListPortalProductsCommand({ ResourceOwner: 'OTHER_ACCOUNTS' }))
    assert.deepEqual(others.Items, [])
    await v2.send(new DeletePortalProductCommand({ PortalProductId }))
    await missing(v2.send(new GetPortalProductCommand({ PortalProductId })), 'PortalProduct')
    await missing(
      v2.send(new GetProductPageCommand({ PortalProductId, ProductPageId })),
      'PortalProduct',
    )
  })

  it('is refused an order of foreign pages, and another account', async () => {
    const { v2 } = clients
    const PortalProductId = await createProduct()
    const DisplayOrder = { ProductPageArns: [`${ARN}/portalproducts/other/productpages/x`] }
    await bad(
      v2.send(new UpdatePortalProductCommand({ PortalProductId, DisplayOrder })),
      /is no page of portal product/,
    )
    await bad(v2.send(new CreatePortalProductCommand({ DisplayName: '' })), /DisplayName/)
    await refused(
      v2.send(
        new GetPortalProductCommand({ PortalProductId, ResourceOwnerAccountId: '222222222222' }),
      ),
      'AccessDeniedException',
      403,
      /not shared between accounts/,
    )
  })

  it('keeps its sharing policy as it was put', async () => {
    const { v2 } = clients
    const id = { PortalProductId: await createProduct() }
    await missing(v2.send(new GetPortalProductSharingPolicyCommand(id)), 'SharingPolicy')
    const PolicyDocument = '{"Version": "2012-10-17", "Statement": []}'
    await v2.send(new PutPortalProductSharingPolicyCommand({ ...id, PolicyDocument }))
    const read = await v2.send(new GetPortalProductSharingPolicyCommand(id))
    assert.deepEqual(plain(read), { ...id, PolicyDocument })
    await bad(
      v2.send(new PutPortalProductSharingPolicyCommand({ ...id, PolicyDocument: '[' })),
      /Invalid policy document/,
    )
    await v2.send(new DeletePortalProductSharingPolicyCommand(id))
    await missing(v2.send(new DeletePortalProductSharingPolicyCommand(id)), 'SharingPolicy')
  })
})

describe('a page of a product', () => {
  it('of prose is created, read, listed, updated and deleted', async () => {
    const { v2 } = clients
    const PortalProductId = await createProduct()
    const DisplayContent = { Body: '# Pets', Title: 'Pets' }
    const created = await v2.send(new CreateProductPageCommand({ PortalProductId, DisplayContent }))
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { ProductPageId } = created
    const ProductPageArn = `${ARN}/portalproducts/${PortalProductId}/productpages/${ProductPageId}`
    const expected = { DisplayContent, LastModified: NOW, ProductPageArn, ProductPageId }
    assert.deepEqual(plain(created), expected)
    const id = { PortalProductId, ProductPageId }
    assert.deepEqual(plain(await v2.send(new GetProductPageCommand(id))), expected)
    const { Items } = await v2.send(new ListProductPagesCommand({ PortalProductId }))
    assert.deepEqual(Items, [
      { LastModified: NOW, PageTitle: 'Pets', ProductPageArn, ProductPageId },
    ])
    const changed = { Body: '# Dogs', Title: 'Dogs' }
    const updated = await v2.send(new UpdateProductPageCommand({ ...id, DisplayContent: changed }))
    assert.deepEqual(plain(updated), { ...expected, DisplayContent: changed })
    await v2.send(new DeleteProductPageCommand(id))
    await missing(v2.send(new DeleteProductPageCommand(id)), 'ProductPage')
    const empty = { Body: 'b', Title: '' }
    await bad(
      v2.send(new CreateProductPageCommand({ PortalProductId, DisplayContent: empty })),
      /Title must have/,
    )
  })

  it('of an endpoint shows where the endpoint is, unless it says otherwise', async () => {
    const { v2 } = clients
    const PortalProductId = await createProduct()
    const RestApiId = await clients.createRestApi()
    const IdentifierParts = { Method: 'GET', Path: '/pets', RestApiId, Stage: 'prod' }
    const RestEndpointIdentifier = { IdentifierParts }
    const created = await v2.send(
      new CreateProductRestEndpointPageCommand({ PortalProductId, RestEndpointIdentifier }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const ProductRestEndpointPageId = created.ProductRestEndpointPageId ?? ''
    const Endpoint = `https://${RestApiId}.execute-api.us-east-1.amazonaws.com/prod`
    const expected = {
      DisplayContent: { Endpoint },
      LastModified: NOW,
      ProductRestEndpointPageArn: `${ARN}/portalproducts/${PortalProductId}/productrestendpointpages/${ProductRestEndpointPageId}`,
      ProductRestEndpointPageId,
      RestEndpointIdentifier,
      Status: 'AVAILABLE',
      TryItState: 'DISABLED',
    }
    assert.deepEqual(plain(created), expected)
    const id = { PortalProductId, ProductRestEndpointPageId }
    const Overrides = { Body: 'All pets', Endpoint: 'https://api.example.com', OperationName: 'l' }
    const updated = await v2.send(
      new UpdateProductRestEndpointPageCommand({
        ...id,
        DisplayContent: { Overrides },
        TryItState: 'ENABLED',
      }),
    )
    const changed = { ...expected, DisplayContent: Overrides, TryItState: 'ENABLED' }
    assert.deepEqual(plain(updated), changed)
    const read = await v2.send(
      new GetProductRestEndpointPageCommand({ ...id, IncludeRawDisplayContent: 'true' }),
    )
    assert.deepEqual(
      { ...plain(read), RawDisplayContent: undefined },
      {
        ...changed,
        RawDisplayContent: undefined,
      },
    )
    assert.match(read.RawDisplayContent ?? '', /All pets/)
    const { Items } = await v2.send(new ListProductRestEndpointPagesCommand({ PortalProductId }))
    assert.equal(Items?.[0]?.Endpoint, 'https://api.example.com')
    assert.equal(Items?.[0]?.OperationName, 'l')
    await v2.send(new DeleteProductRestEndpointPageCommand(id))
    await missing(v2.send(new GetProductRestEndpointPageCommand(id)), 'ProductRestEndpointPage')
    const create = (parts: object) =>
      v2.send(
        new CreateProductRestEndpointPageCommand({
          PortalProductId,
          RestEndpointIdentifier: { IdentifierParts: { ...IdentifierParts, ...parts } },
        }),
      )
    await bad(create({ RestApiId: 'nothing' }), /Invalid REST API identifier/)
    await bad(create({ Stage: 'nothing' }), /Invalid stage identifier/)
    await bad(create({ Path: 'pets' }), /a path begins with/)
  })
})
