// What the Terraform provider expects of each resource type of v2: a read right after a write answers what was
// written, with AWS's defaults and no invented members; a second deletion, and a read after it, find nothing.
// [terraform.md: read-after-write expectations]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateDomainNameCommand,
  CreateIntegrationCommand,
  CreateIntegrationResponseCommand,
  CreateModelCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  CreateStageCommand,
  CreateVpcLinkCommand,
  DeleteApiCommand,
  DeleteApiMappingCommand,
  DeleteAuthorizerCommand,
  DeleteDeploymentCommand,
  DeleteDomainNameCommand,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  DeleteModelCommand,
  DeleteRouteCommand,
  DeleteRouteResponseCommand,
  DeleteStageCommand,
  DeleteVpcLinkCommand,
  GetApiCommand,
  GetApiMappingCommand,
  GetAuthorizerCommand,
  GetDeploymentCommand,
  GetDomainNameCommand,
  GetIntegrationCommand,
  GetIntegrationResponseCommand,
  GetModelCommand,
  GetRouteCommand,
  GetRouteResponseCommand,
  GetStageCommand,
  GetVpcLinkCommand,
  NotFoundException,
} from '@aws-sdk/client-apigatewayv2'
import { ACCOUNT, type Clients, FUNCTION, plain, startClients } from './clients.ts'

type Answer = { readonly $metadata: object }

interface Resource {
  create(): Promise<Answer>
  read(created: Answer): Promise<Answer>
  remove(created: Answer): Promise<unknown>
  /** Members that the provider asserts and nobody wrote. */
  readonly computed: Readonly<Record<string, unknown>>
  /** Members that must not be there, as nobody wrote them. */
  readonly absent: readonly string[]
}

let clients: Clients
let http = ''
let webSocket = ''
before(async () => {
  clients = await startClients()
  const { v2 } = clients
  http = (await v2.send(new CreateApiCommand({ Name: 'http', ProtocolType: 'HTTP' }))).ApiId ?? ''
  const expression = '$request.body.action'
  const command = new CreateApiCommand({
    Name: 'websocket',
    ProtocolType: 'WEBSOCKET',
    RouteSelectionExpression: expression,
  })
  webSocket = (await v2.send(command)).ApiId ?? ''
})
after(() => clients.close())

/** A member of an answer that is an id. */
const idIn = (created: Answer, name: string): string => String(Reflect.get(created, name))

const domainName = async (name: string): Promise<string> => {
  const configuration = {
    CertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/abc`,
    EndpointType: 'REGIONAL',
    SecurityPolicy: 'TLS_1_2',
  } as const
  await clients.v2.send(
    new CreateDomainNameCommand({ DomainName: name, DomainNameConfigurations: [configuration] }),
  )
  return name
}

const integration = async (): Promise<string> => {
  const facts = { IntegrationType: 'AWS_PROXY', IntegrationUri: FUNCTION } as const
  const command = new CreateIntegrationCommand({ ApiId: webSocket, ...facts })
  return (await clients.v2.send(command)).IntegrationId ?? ''
}

const route = async (RouteKey: string): Promise<string> => {
  const command = new CreateRouteCommand({ ApiId: webSocket, RouteKey })
  return (await clients.v2.send(command)).RouteId ?? ''
}

const RESOURCES: Readonly<Record<string, () => Promise<Resource>>> = {
  aws_apigatewayv2_api: async () => ({
    create: () => clients.v2.send(new CreateApiCommand({ Name: 'a', ProtocolType: 'HTTP' })),
    read: (it) => clients.v2.send(new GetApiCommand({ ApiId: idIn(it, 'ApiId') })),
    remove: (it) => clients.v2.send(new DeleteApiCommand({ ApiId: idIn(it, 'ApiId') })),
    computed: {
      ApiKeySelectionExpression: '$request.header.x-api-key',
      RouteSelectionExpression: '$request.method $request.path',
      DisableExecuteApiEndpoint: false,
      IpAddressType: 'ipv4',
    },
    absent: ['CorsConfiguration', 'Description', 'Version', 'Tags'],
  }),
  aws_apigatewayv2_api_mapping: async () => {
    const DomainName = await domainName('mapping.example.com')
    const StageName = 'mapped'
    await clients.v2.send(new CreateStageCommand({ ApiId: http, StageName }))
    const id = (it: Answer) => ({ DomainName, ApiMappingId: idIn(it, 'ApiMappingId') })
    return {
      create: () =>
        clients.v2.send(new CreateApiMappingCommand({ DomainName, ApiId: http, Stage: StageName })),
      read: (it) => clients.v2.send(new GetApiMappingCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteApiMappingCommand(id(it))),
      computed: {},
      absent: ['ApiMappingKey'],
    }
  },
  aws_apigatewayv2_authorizer: async () => {
    const id = (it: Answer) => ({ ApiId: http, AuthorizerId: idIn(it, 'AuthorizerId') })
    return {
      create: () =>
        clients.v2.send(
          new CreateAuthorizerCommand({
            ApiId: http,
            Name: 'a',
            AuthorizerType: 'JWT',
            IdentitySource: ['$request.header.Authorization'],
            JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['a'] },
          }),
        ),
      read: (it) => clients.v2.send(new GetAuthorizerCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteAuthorizerCommand(id(it))),
      computed: {},
      absent: ['AuthorizerUri', 'AuthorizerPayloadFormatVersion', 'EnableSimpleResponses'],
    }
  },
  aws_apigatewayv2_deployment: async () => {
    await route('deployed')
    const id = (it: Answer) => ({ ApiId: webSocket, DeploymentId: idIn(it, 'DeploymentId') })
    return {
      create: () => clients.v2.send(new CreateDeploymentCommand({ ApiId: webSocket })),
      read: (it) => clients.v2.send(new GetDeploymentCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteDeploymentCommand(id(it))),
      computed: { AutoDeployed: false, DeploymentStatus: 'DEPLOYED' },
      absent: ['Description'],
    }
  },
  aws_apigatewayv2_domain_name: async () => {
    const DomainName = 'name.example.com'
    return {
      create: async () => {
        await domainName(DomainName)
        return clients.v2.send(new GetDomainNameCommand({ DomainName }))
      },
      read: () => clients.v2.send(new GetDomainNameCommand({ DomainName })),
      remove: () => clients.v2.send(new DeleteDomainNameCommand({ DomainName })),
      computed: { ApiMappingSelectionExpression: '$request.basepath' },
      absent: ['MutualTlsAuthentication', 'Tags'],
    }
  },
  aws_apigatewayv2_integration: async () => {
    const id = (it: Answer) => ({ ApiId: webSocket, IntegrationId: idIn(it, 'IntegrationId') })
    return {
      create: () =>
        clients.v2.send(
          new CreateIntegrationCommand({ ApiId: webSocket, IntegrationType: 'MOCK' }),
        ),
      read: (it) => clients.v2.send(new GetIntegrationCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteIntegrationCommand(id(it))),
      computed: {
        ConnectionType: 'INTERNET',
        PassthroughBehavior: 'WHEN_NO_MATCH',
        PayloadFormatVersion: '1.0',
        TimeoutInMillis: 29_000,
      },
      absent: ['ConnectionId', 'RequestParameters', 'RequestTemplates', 'TlsConfig'],
    }
  },
  aws_apigatewayv2_integration_response: async () => {
    const owner = { ApiId: webSocket, IntegrationId: await integration() }
    const id = (it: Answer) => ({
      ...owner,
      IntegrationResponseId: idIn(it, 'IntegrationResponseId'),
    })
    return {
      create: () =>
        clients.v2.send(
          new CreateIntegrationResponseCommand({ ...owner, IntegrationResponseKey: '/200/' }),
        ),
      read: (it) => clients.v2.send(new GetIntegrationResponseCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteIntegrationResponseCommand(id(it))),
      computed: {},
      absent: ['ContentHandlingStrategy', 'ResponseTemplates', 'TemplateSelectionExpression'],
    }
  },
  aws_apigatewayv2_model: async () => {
    const id = (it: Answer) => ({ ApiId: webSocket, ModelId: idIn(it, 'ModelId') })
    return {
      create: () =>
        clients.v2.send(new CreateModelCommand({ ApiId: webSocket, Name: 'A', Schema: '{ }' })),
      read: (it) => clients.v2.send(new GetModelCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteModelCommand(id(it))),
      computed: { Schema: '{ }' },
      absent: ['Description'],
    }
  },
  aws_apigatewayv2_route: async () => {
    const id = (it: Answer) => ({ ApiId: webSocket, RouteId: idIn(it, 'RouteId') })
    return {
      create: () => clients.v2.send(new CreateRouteCommand({ ApiId: webSocket, RouteKey: 'a' })),
      read: (it) => clients.v2.send(new GetRouteCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteRouteCommand(id(it))),
      computed: { ApiKeyRequired: false, AuthorizationType: 'NONE' },
      absent: ['AuthorizationScopes', 'AuthorizerId', 'RequestModels', 'Target'],
    }
  },
  aws_apigatewayv2_route_response: async () => {
    const owner = { ApiId: webSocket, RouteId: await route('answered') }
    const id = (it: Answer) => ({ ...owner, RouteResponseId: idIn(it, 'RouteResponseId') })
    return {
      create: () =>
        clients.v2.send(new CreateRouteResponseCommand({ ...owner, RouteResponseKey: '$default' })),
      read: (it) => clients.v2.send(new GetRouteResponseCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteRouteResponseCommand(id(it))),
      computed: {},
      absent: ['ModelSelectionExpression', 'ResponseModels'],
    }
  },
  aws_apigatewayv2_stage: async () => {
    const id = { ApiId: webSocket, StageName: 'a' }
    return {
      create: () => clients.v2.send(new CreateStageCommand(id)),
      read: () => clients.v2.send(new GetStageCommand(id)),
      remove: () => clients.v2.send(new DeleteStageCommand(id)),
      computed: {
        DefaultRouteSettings: {
          DataTraceEnabled: false,
          DetailedMetricsEnabled: false,
          LoggingLevel: 'OFF',
        },
      },
      absent: ['AccessLogSettings', 'ClientCertificateId', 'DeploymentId', 'Description'],
    }
  },
  aws_apigatewayv2_vpc_link: async () => {
    const id = (it: Answer) => ({ VpcLinkId: idIn(it, 'VpcLinkId') })
    return {
      create: () =>
        clients.v2.send(new CreateVpcLinkCommand({ Name: 'a', SubnetIds: ['subnet-1'] })),
      read: (it) => clients.v2.send(new GetVpcLinkCommand(id(it))),
      remove: (it) => clients.v2.send(new DeleteVpcLinkCommand(id(it))),
      computed: { SecurityGroupIds: [], VpcLinkStatus: 'AVAILABLE' },
      absent: ['Tags'],
    }
  },
}

describe('read after write, resource type by resource type', () => {
  for (const [type, start] of Object.entries(RESOURCES)) {
    it(`${type} is read as it was written, and gone when it is deleted`, async () => {
      const resource = await start()
      const created = await resource.create()
      const read = await resource.read(created)
      assert.deepEqual(plain(read), plain(created))
      assert.deepEqual(plain(await resource.read(created)), plain(read))
      for (const [name, value] of Object.entries(resource.computed))
        assert.deepEqual(Reflect.get(read, name), value, name)
      for (const name of resource.absent) assert.equal(Reflect.get(read, name), undefined, name)
      await resource.remove(created)
      await assert.rejects(resource.read(created), NotFoundException)
      await assert.rejects(resource.remove(created), NotFoundException)
    })
  }
})
